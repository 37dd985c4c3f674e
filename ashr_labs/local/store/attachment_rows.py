"""Attachments of sessions as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select

from ...errors import NotFoundError
from .hosting_data_tables import hosted_attachments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

__all__ = ["add_attachment", "count_attachments", "delete_attachment", "list_attachments", "read_attachment"]

_OF_TENANT = hosted_attachments.c.tenant_id == bindparam("tenant")
_IS = _OF_TENANT & (hosted_attachments.c.id == bindparam("attachment"))
_OF_SESSION = _OF_TENANT & (hosted_attachments.c.session_id == bindparam("session"))
_SHOWN = [column for column in hosted_attachments.c if column.name != "content"]
_OLDEST = select(*_SHOWN).where(_OF_SESSION).order_by(hosted_attachments.c.created_at, hosted_attachments.c.id)


def add_attachment(connection: Connection, row: Mapping[str, Any]) -> None:
    """Add an attachment."""
    connection.execute(insert(hosted_attachments), dict(row))


def count_attachments(connection: Connection, tenant_id: int, session_id: str) -> int:
    """Return how many attachments a session has."""
    counted = select(func.count()).select_from(hosted_attachments).where(_OF_SESSION)
    return int(connection.execute(counted, {"tenant": tenant_id, "session": session_id}).scalar_one())


def list_attachments(connection: Connection, tenant_id: int, session_id: str) -> Sequence[Mapping[Any, Any]]:
    """Return the attachments of a session without their content, oldest first."""
    return connection.execute(_OLDEST, {"tenant": tenant_id, "session": session_id}).mappings().all()


def read_attachment(connection: Connection, tenant_id: int, attachment_id: str) -> Mapping[Any, Any]:
    """Return an attachment with its content.

    Raises:
        NotFoundError: The tenant has none of this id.
    """
    key = {"tenant": tenant_id, "attachment": attachment_id}
    row = connection.execute(select(hosted_attachments).where(_IS), key).mappings().first()
    if row is None:
        raise _unknown(attachment_id)
    return row


def delete_attachment(connection: Connection, tenant_id: int, attachment_id: str) -> None:
    """Delete an attachment.

    Raises:
        NotFoundError: The tenant has none of this id.
    """
    done = connection.execute(delete(hosted_attachments).where(_IS), {"tenant": tenant_id, "attachment": attachment_id})
    if not done.rowcount:
        raise _unknown(attachment_id)


def _unknown(attachment_id: str) -> NotFoundError:
    return NotFoundError(f"there is no attachment {attachment_id!r}")
