"""API keys of the tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update

from ..._time import isoformat
from ...errors import AuthorizationError
from ..keys import Principal, new_key
from ..store.schema import api_keys
from .registry import Context, operation
from .rows import get_row, raw_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ashr_labs_types import CreateApiKeyRequest, ListApiKeysRequest, RevokeApiKeyRequest

__all__ = ["create_api_key", "list_api_keys", "revoke_api_key"]


@operation("create_api_key", writes=True, secret=True)
def create_api_key(context: Context, params: CreateApiKeyRequest) -> dict[str, Any]:
    """Create a key; only this response contains it.

    Scopes and expiry default to those of the key that creates it, and cannot exceed them.
    """
    creator = context.principal
    key = new_key()
    key_id = context.keys.add(
        context.connection,
        Principal(creator.tenant_id, creator.user_id, _scopes(creator, params.get("scopes"))),
        key,
        name=params["name"],
        created_at=context.timestamp,
        expires_at=_expiry(context, params.get("expires_in_seconds")),
    )
    return {"api_key": {**_record(context, get_row(context, api_keys, key_id, noun="API key")), "key": key}}


@operation("list_api_keys")
def list_api_keys(context: Context, params: ListApiKeysRequest) -> dict[str, Any]:
    """Return the keys, newest first, without the secret part."""
    wanted = (
        select(*raw_columns(api_keys))
        .where(api_keys.c.tenant_id == context.principal.tenant_id)
        .order_by(api_keys.c.id.desc())
    )
    if not params.get("include_inactive", False):
        not_expired = or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > context.timestamp)
        wanted = wanted.where(api_keys.c.is_active, not_expired)
    return {"api_keys": [_record(context, row) for row in context.connection.execute(wanted).mappings()]}


@operation("revoke_api_key", writes=True)
def revoke_api_key(context: Context, params: RevokeApiKeyRequest) -> dict[str, Any]:
    """Revoke a key, immediately and permanently."""
    row = get_row(context, api_keys, params["api_key_id"], noun="API key")
    context.connection.execute(update(api_keys).where(api_keys.c.id == row["id"]).values(is_active=False))
    return {"message": f"API key {row['id']} is revoked"}


def _scopes(creator: Principal, wanted: Sequence[str] | None) -> frozenset[str]:
    if wanted is None:
        return creator.scopes
    if missing := sorted(set(wanted) - creator.scopes):
        raise AuthorizationError(f"the API key must have the scope `{missing[0]}` to create a key with it")
    return frozenset(wanted)


def _expiry(context: Context, seconds: int | None) -> str | None:
    limit = context.principal.expires_at
    if seconds is None:
        return limit
    expires_at = isoformat(context.moment + seconds)
    if limit is not None and expires_at > limit:
        raise AuthorizationError(f"the new key must expire by {limit}, as the key that creates it does")
    return expires_at


def _record(context: Context, row: Mapping[Any, Any]) -> dict[str, Any]:
    is_expired = row["expires_at"] is not None and row["expires_at"] <= context.timestamp
    return {
        "id": row["id"],
        "key_prefix": row["key_prefix"],
        "name": row["name"],
        "scopes": row["scopes"],
        "user_id": row["user_id"],
        "tenant_id": row["tenant_id"],
        "created_at": row["created_at"],
        "last_used_at": row["last_used_at"],
        "expires_at": row["expires_at"],
        "is_active": row["is_active"] and not is_expired,
    }
