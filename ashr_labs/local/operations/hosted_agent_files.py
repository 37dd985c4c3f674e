"""Files of deployed agents: list, read, write, delete; each change is a version of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ...bundles import Bundle, opened, read_bundle, repack
from ...errors import ConfigurationError, NotFoundError, ValidationError
from ..exchange import Attachment
from ..hosting.deploying import decoded_files, manifest_of
from ..media import download_headers
from ..store.agent_rows import deploy_version, read_agent, version_content
from ..store.bundle_rows import lock_bundles
from .hosted_agents import wire_time
from .hosted_files import BYTES
from .registry import Context, LongContext, long_operation, operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "delete_api_agents_name_files_path",
    "get_api_agents_name_files",
    "get_api_agents_name_files_path",
    "post_api_agents_name_files",
]

_MAX_JSON = 1 << 20


@operation("get_api_agents_name_files")
def get_api_agents_name_files(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the files of an agent by path."""
    row = read_agent(context.connection, context.principal.tenant_id, params["name"])
    return {
        "files": [
            {"path": member.path, "size": member.size, "modifiedAt": wire_time(row["updated_at"])}
            for member in read_bundle(version_content(context.connection, row)).members
            if member.kind == "file"
        ]
    }


@operation("get_api_agents_name_files_path")
def get_api_agents_name_files_path(context: Context, params: Mapping[str, Any]) -> dict[str, Any] | Attachment:
    """Return a file of an agent as JSON, or its bytes."""
    path = params["path"]
    row = read_agent(context.connection, context.principal.tenant_id, params["name"])
    with opened(version_content(context.connection, row)) as archive:
        if not archive.has_file(path):
            raise _no_file(params)
        content = archive.read(path)
    if params.get("format") == "raw":
        return Attachment(content, download_headers({"media_type": BYTES, "name": path.rpartition("/")[2]}))
    if len(content) > _MAX_JSON:
        raise ValidationError(f"{path} has {len(content)} bytes; above {_MAX_JSON}, read it with format=raw")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise ValidationError(f"{path} is not text; read it with format=raw") from error
    return {"path": path, "content": text, "size": len(content)}


@long_operation("post_api_agents_name_files", writes=True)
def post_api_agents_name_files(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Write files of an agent, all of them or none."""
    written: dict[str, bytes] = {}

    def with_files(content: bytes) -> Bundle:
        written.update(decoded_files(params["files"]))
        return repack(content, written)

    _deploy_changed(context, params["name"], with_files)
    return {"files": [{"path": path, "written": True, "size": len(content)} for path, content in written.items()]}


@long_operation("delete_api_agents_name_files_path", writes=True)
def delete_api_agents_name_files_path(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Delete a file of an agent."""

    def without_file(content: bytes) -> Bundle:
        with opened(content) as archive:
            if not archive.has_file(params["path"]):
                raise _no_file(params)
        return repack(content, {}, {params["path"]})

    _deploy_changed(context, params["name"], without_file)
    return {"path": params["path"], "deleted": True}


def _deploy_changed(context: LongContext, name: str, changed: Callable[[bytes], Bundle]) -> None:
    """Deploy an agent with changed files.

    Raises:
        ValidationError: A file breaks a rule, or what would be left is not an agent.
    """
    tenant_id = context.principal.tenant_id
    with context.database.write() as connection:
        lock_bundles(connection, tenant_id)
        row = read_agent(connection, tenant_id, name)
        try:
            bundle = changed(version_content(connection, row))
        except ConfigurationError as error:
            raise ValidationError(error.message) from error
        manifest_of(bundle.content)
        deploy_version(connection, tenant_id, name, bundle, isoformat(context.moment))


def _no_file(params: Mapping[str, Any]) -> NotFoundError:
    return NotFoundError(f"the agent {params['name']!r} has no file {params['path']!r}")
