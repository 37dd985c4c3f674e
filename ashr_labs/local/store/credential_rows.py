"""Credentials as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from ...errors import NotFoundError
from .hosting_data_tables import hosted_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

__all__ = ["add_credential", "delete_credential", "find_credential", "list_credentials", "record_credential_use"]

_OF_TENANT = hosted_credentials.c.tenant_id == bindparam("tenant")
_IS = _OF_TENANT & (hosted_credentials.c.id == bindparam("credential"))
_SHOWN = [column for column in hosted_credentials.c if column.name != "sealed_key"]
_NEWEST = select(*_SHOWN).where(_OF_TENANT).order_by(hosted_credentials.c.created_at.desc(), hosted_credentials.c.id)


def add_credential(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add a credential."""
    connection.execute(insert(hosted_credentials), dict(row))


def list_credentials(connection: Connection, tenant_id: int) -> Sequence[Mapping[Any, Any]]:
    """Return the credentials of a tenant without their keys, newest first."""
    return connection.execute(_NEWEST, {"tenant": tenant_id}).mappings().all()


def find_credential(connection: Connection, tenant_id: int, credential_id: str) -> Mapping[Any, Any] | None:
    """Return a credential with its encrypted key; None if the tenant has none of this id."""
    key = {"tenant": tenant_id, "credential": credential_id}
    return connection.execute(select(hosted_credentials).where(_IS), key).mappings().first()


def record_credential_use(connection: Connection, tenant_id: int, credential_id: str, timestamp: str) -> None:
    """Note that a session was created with a credential."""
    key = {"tenant": tenant_id, "credential": credential_id}
    connection.execute(update(hosted_credentials).where(_IS).values(last_used_at=timestamp), key)


def delete_credential(connection: Connection, tenant_id: int, credential_id: str) -> None:
    """Delete a credential.

    Raises:
        NotFoundError: The tenant has none of this id.
    """
    done = connection.execute(delete(hosted_credentials).where(_IS), {"tenant": tenant_id, "credential": credential_id})
    if not done.rowcount:
        raise NotFoundError(f"there is no credential {credential_id!r}")
