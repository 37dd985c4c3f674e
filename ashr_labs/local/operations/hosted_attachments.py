"""Attachments of sessions: uploaded, listed, downloaded, deleted; written into the workspace."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ...errors import ValidationError
from ..exchange import Attachment
from ..failures import RefusedError
from ..media import download_headers
from ..store.attachment_rows import (
    add_attachment,
    count_attachments,
    delete_attachment,
    list_attachments,
    read_attachment,
)
from ..store.hosting_rows import read_session
from .hosted_agents import wire_time
from .hosted_files import BYTES, decoded
from .registry import Context, LongContext, long_operation, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "delete_api_attachments_id",
    "get_api_attachments_id",
    "get_api_sessions_id_attachments",
    "post_api_sessions_id_attachments",
]

_MAX_BYTES = 10 << 20
_MAX_ATTACHMENTS = 200
_UNLINKED = "unlinked"


@long_operation("post_api_sessions_id_attachments", writes=True)
def post_api_sessions_id_attachments(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store an attachment, and write it into the workspace."""
    tenant_id = context.principal.tenant_id
    with context.database.read() as connection:
        read_session(connection, tenant_id, params["id"])
        if count_attachments(connection, tenant_id, params["id"]) >= _MAX_ATTACHMENTS:
            raise RefusedError(413, f"a session must have at most {_MAX_ATTACHMENTS} attachments; delete some")
    content = _content(params["content"])
    row: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "tenant_id": tenant_id,
        "created_at": isoformat(context.moment),
        "session_id": params["id"],
        "message_id": params.get("messageId", _UNLINKED),
        "filename": _filename(params["filename"]),
        "mime_type": params.get("mimeType", BYTES),
        "size": len(content),
    }
    context.hosting.files.attach(context.principal, params["id"], row["filename"], content)
    with context.database.write() as connection:
        add_attachment(connection, {**row, "content": content})
    return {"attachment": _record(row)}


@operation("get_api_sessions_id_attachments")
def get_api_sessions_id_attachments(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attachments of a session, oldest first."""
    tenant_id = context.principal.tenant_id
    read_session(context.connection, tenant_id, params["id"])
    return {"attachments": [_record(row) for row in list_attachments(context.connection, tenant_id, params["id"])]}


@operation("get_api_attachments_id")
def get_api_attachments_id(context: Context, params: Mapping[str, Any]) -> Attachment:
    """Return the content of an attachment."""
    row = read_attachment(context.connection, context.principal.tenant_id, params["id"])
    return Attachment(row["content"], download_headers({"media_type": BYTES, "name": row["filename"]}))


@operation("delete_api_attachments_id", writes=True)
def delete_api_attachments_id(context: Context, params: Mapping[str, Any]) -> None:
    """Delete an attachment; its copy in the workspace stays."""
    delete_attachment(context.connection, context.principal.tenant_id, params["id"])


def _content(given: str) -> bytes:
    content = decoded(given, "content")
    if not content:
        raise ValidationError("`content` must not be empty", response={"path": "content"})
    if len(content) > _MAX_BYTES:
        raise RefusedError(413, f"an attachment must have at most {_MAX_BYTES:,} bytes, got {len(content):,}")
    return content


def _filename(given: str) -> str:
    """Return the name without folders."""
    name = re.split(r"[/\\]", given)[-1]
    if name in {"", ".", ".."} or "\0" in name:
        raise ValidationError(f"`filename` must name a file, got {given!r}", response={"path": "filename"})
    return name


def _record(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "tenantId": str(row["tenant_id"]),
        "sessionId": row["session_id"],
        "messageId": row["message_id"],
        "filename": row["filename"],
        "mimeType": row["mime_type"],
        "size": row["size"],
        "createdAt": wire_time(row["created_at"]),
    }
