"""The first tenant and user of a database: whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from .keys import Caller
from .store.schema import tenants, users
from .store.writing import add_row

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["ensure_owner"]


def ensure_owner(connection: Connection, timestamp: str) -> Caller:
    """Return the owner, made where the database has none yet."""
    first = select(users).order_by(users.c.id).limit(1)
    owner = connection.execute(first).mappings().one_or_none()
    if owner is not None:
        return Caller(owner["tenant_id"], owner["id"])
    tenant = {"created_at": timestamp, "tenant_name": "Local", "is_active": True}
    tenant_id = add_row(connection, tenants, tenant)
    user = {
        "tenant_id": tenant_id,
        "created_at": timestamp,
        "email": "owner@localhost",
        "name": "Owner",
        "is_active": True,
    }
    return Caller(tenant_id, add_row(connection, users, user))
