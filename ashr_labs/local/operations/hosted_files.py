"""Files of sessions: list, read, write, delete, and the workspace as one archive."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ...bundles import read_bundle
from ...errors import AshrLabsError, ConfigurationError, ValidationError
from ..exchange import Attachment
from ..hosting.live import unpack
from ..hosting.workspaces import file_errors, is_listed
from ..media import download_headers
from ..sandbox.errors import SandboxError
from .hosted_agents import wire_time
from .registry import LongContext, long_operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..sandbox.protocol import Sandbox

__all__ = [
    "BYTES",
    "decoded",
    "delete_api_sessions_id_files_path",
    "get_api_sessions_id_files",
    "get_api_sessions_id_files_path",
    "get_api_sessions_id_workspace",
    "post_api_sessions_id_files",
    "post_api_sessions_id_workspace",
]

BYTES = "application/octet-stream"
"""The type of all files that are downloaded: what agents and users write is rendered by no browser."""
_MAX_READ, _MAX_JSON = 100 << 20, 1 << 20
_MAX_FILE, _MAX_FILES = 50 << 20, 100 << 20
_RESTORED = {"sandbox": "Workspace restored to live sandbox", "snapshot": "Workspace saved as snapshot"}


@long_operation("get_api_sessions_id_files")
def get_api_sessions_id_files(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the files of a workspace by path."""
    with_hidden = params.get("includeHidden", "true") == "true"
    workspace = context.hosting.files.open(context.principal, params["id"])
    files = [
        {"path": one.path, "size": one.size, "modifiedAt": wire_time(isoformat(one.modified_at))}
        for one in workspace.files()
        if is_listed(one.path, with_hidden=with_hidden)
    ]
    return {"files": files, "source": workspace.source}


@long_operation("get_api_sessions_id_files_path")
def get_api_sessions_id_files_path(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any] | Attachment:
    """Return the bytes of a file, or an object with its text."""
    path = params["path"]
    workspace = context.hosting.files.open(context.principal, params["id"])
    if params.get("format") == "json":
        content = workspace.read(path, _MAX_JSON)
        text = content.decode("utf-8", "replace")
        return {"path": path, "content": text, "size": len(content), "source": workspace.source}
    content = workspace.read(path, _MAX_READ)
    headers = download_headers({"media_type": BYTES, "name": path.rpartition("/")[2]})
    return Attachment(content, {**headers, "x-ash-source": workspace.source})


@long_operation("post_api_sessions_id_files", writes=True)
def post_api_sessions_id_files(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Write files into a workspace, each for itself."""
    folder, left = params.get("targetPath", "."), _MAX_FILES
    answers: list[dict[str, Any]] = []
    with context.hosting.files.changed(context.principal, params["id"]) as (sandbox, _):
        for file in params["files"]:
            answers.append(_written(sandbox, folder, file, left))
            left -= answers[-1].get("size", 0)
    return {"files": answers}


@long_operation("delete_api_sessions_id_files_path", writes=True)
def delete_api_sessions_id_files_path(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Delete a file of a workspace."""
    with context.hosting.files.changed(context.principal, params["id"]) as (sandbox, _), file_errors():
        sandbox.delete(params["path"])
    return {"path": params["path"], "deleted": True}


@long_operation("get_api_sessions_id_workspace")
def get_api_sessions_id_workspace(context: LongContext, params: Mapping[str, Any]) -> Attachment:
    """Return a workspace as a bundle."""
    content = context.hosting.files.open(context.principal, params["id"]).bundle()
    headers = download_headers({"media_type": "application/gzip", "name": f"{params['id']}.tar.gz"})
    return Attachment(content, headers)


@long_operation("post_api_sessions_id_workspace", writes=True)
def post_api_sessions_id_workspace(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Unpack a bundle over the files of a workspace."""
    with context.hosting.files.changed(context.principal, params["id"]) as (sandbox, source):
        content = _checked_bundle(params["bundle"])
        try:
            unpack(sandbox, content)
        except SandboxError as error:
            raise ValidationError(error.message) from error
    return {"message": _RESTORED[source]}


def decoded(content: str, path: str) -> bytes:
    """Return the bytes of a string in Base64.

    Args:
        content: The string.
        path: Where it is in the request, for the error.

    Raises:
        ValidationError: It is not Base64.
    """
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValidationError(f"`{path}` must be Base64: {error}", response={"path": path}) from error


def _checked_bundle(given: str) -> bytes:
    """Return the bundle of an upload, whose members stay in the workspace."""
    content = decoded(given, "bundle")
    if not content:
        raise ValidationError("`bundle` must be a tar archive in Base64, got an empty one", response={"path": "bundle"})
    try:
        read_bundle(content)
    except ConfigurationError as error:
        raise ValidationError(error.message, response={"path": "bundle"}) from error
    return content


def _written(sandbox: Sandbox, folder: str, file: Mapping[str, Any], left: int) -> dict[str, Any]:
    """Write a file, and return what is answered about it.

    Args:
        sandbox: Where it is written.
        folder: What its path is relative to.
        file: Its path and its content in Base64.
        left: How many bytes the request may still write.
    """
    path = file["path"]
    try:
        content = decoded(file["content"], "content")
        if len(content) > min(_MAX_FILE, left):
            raise ValidationError(
                f"a file must have at most {_MAX_FILE:,} bytes, and the files of a request {_MAX_FILES:,}"
            )
        if path.startswith("/"):
            raise ValidationError(f"`path` must be relative to the workspace, got {path!r}")
        with file_errors():
            sandbox.write(f"{folder}/{path}", content)
    except AshrLabsError as error:
        return {"path": path, "written": False, "error": error.message}
    return {"path": path, "written": True, "size": len(content)}
