"""The session of an API key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from ..store.schema import tenants, users
from .notes import active_notes
from .registry import Context, operation

if TYPE_CHECKING:
    from ashr_labs_types import InitRequest, KeepAliveRequest

__all__ = ["init", "keep_alive"]


@operation("init", is_quick=True)
def init(context: Context, params: InitRequest) -> dict[str, Any]:
    """Return the user and tenant of the key, active notes, and the capabilities of the platform."""
    user = context.connection.execute(select(users).where(users.c.id == context.principal.user_id)).mappings().one()
    tenant = (
        context.connection.execute(select(tenants).where(tenants.c.id == context.principal.tenant_id)).mappings().one()
    )
    return {
        "user": {
            "id": user["id"],
            "created_at": user["created_at"],
            "email": user["email"],
            "name": user["name"],
            "tenant": user["tenant_id"],
            "is_active": user["is_active"],
        },
        "tenant": {**tenant},
        "notes": active_notes(context),
        "capabilities": {"idempotency_keys": True},
    }


@operation("keep_alive", is_quick=True)
def keep_alive(context: Context, params: KeepAliveRequest) -> dict[str, Any]:
    """Return an empty response."""
    return {}
