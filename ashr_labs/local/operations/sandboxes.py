"""Sandboxes: creation from a spec, commands, files, and the state of the workspace."""

from __future__ import annotations

import base64
import binascii
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ...errors import ConfigurationError, ConflictError, NotFoundError, ValidationError
from ...specs import parse_duration
from ..boot import BootError
from ..booting import boot_of
from ..exchange import Attachment
from ..failures import RefusedError
from ..platform_sandbox import Description
from ..sandbox.errors import SandboxFileError, SandboxGoneError, SandboxUnavailableError
from .registry import LongContext, long_operation
from .specs import find_spec

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from ..platform_sandbox import PlatformSandbox
    from ..sandbox.protocol import CommandResult, FileEntry
    from ..sandbox_register import SandboxRecord

__all__ = [
    "create_sandbox",
    "delete_sandbox_file",
    "destroy_sandbox",
    "get_sandbox",
    "get_sandbox_diff",
    "get_sandbox_state",
    "list_sandboxes",
    "read_sandbox_file",
    "run_sandbox_command",
    "write_sandbox_file",
]

_COMMAND_SECONDS = 600.0
_MAX_COMMAND_SECONDS = 3600.0
_MAX_LIFETIME = 24 * 3600.0
_MAX_FILE = 64 << 20
_STATUS_OF_FILE = {"large": 413, "full": 507}
"""Statuses of problems with files beside 404 and 422."""


@long_operation("create_sandbox", writes=True)
def create_sandbox(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Create a sandbox from the newest version of a spec."""
    with context.database.read() as connection:
        version, spec = find_spec(connection, context.principal.tenant_id, params["spec_id"])
    lifetime = _seconds(params, default=spec.resources.timeout, most=_MAX_LIFETIME)
    description = Description(
        tenant_id=context.principal.tenant_id,
        user_id=context.principal.user_id,
        spec_id=params["spec_id"],
        spec_version=version,
        created_at=isoformat(context.moment),
        metadata=params.get("metadata") or {},
    )
    boot = boot_of(spec, context.settings.boot, secrets=params.get("secrets") or {}, lifetime=lifetime)
    try:
        made = context.sandboxes.create(description, boot)
    except (BootError, SandboxUnavailableError) as error:
        raise ValidationError(error.message) from error
    return _shown_record(context.sandboxes.record(context.principal.tenant_id, made.id))


@long_operation("list_sandboxes")
def list_sandboxes(context: LongContext, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the sandboxes of the tenant that exist."""
    return [_shown_record(one) for one in context.sandboxes.active(context.principal.tenant_id)]


@long_operation("get_sandbox")
def get_sandbox(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sandbox, also one that has ended."""
    return _shown_record(context.sandboxes.record(context.principal.tenant_id, params["sandbox_id"]))


@long_operation("destroy_sandbox")
def destroy_sandbox(context: LongContext, params: Mapping[str, Any]) -> None:
    """End a sandbox; one that has ended stays so."""
    context.sandboxes.destroy(context.principal.tenant_id, params["sandbox_id"])


@long_operation("run_sandbox_command", writes=True)
def run_sandbox_command(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Run a command, and return its output when it has ended."""
    found = _found(context, params)
    timeout = _seconds(params, default=_COMMAND_SECONDS, most=_MAX_COMMAND_SECONDS)
    command = params["command"]
    if "\0" in command:
        raise ValidationError("`command` must not have NUL characters", response={"path": "command"})
    with _translated(), found.in_use() as booted:
        return _result(command, booted.exec(command, timeout=timeout))


@long_operation("write_sandbox_file")
def write_sandbox_file(context: LongContext, params: Mapping[str, Any]) -> None:
    """Write a file at once or not at all."""
    found = _found(context, params)
    content = _content(params)
    with _translated():
        found.ready().sandbox.write(params["path"], content, mode=params.get("mode"))


@long_operation("read_sandbox_file")
def read_sandbox_file(context: LongContext, params: Mapping[str, Any]) -> Attachment:
    """Return the bytes of a file; browsers do not display them."""
    with _translated():
        content = _found(context, params).ready().sandbox.read(params["path"], limit=_MAX_FILE)
    headers = {"content-type": "application/octet-stream", "x-content-type-options": "nosniff"}
    return Attachment(content, headers)


@long_operation("delete_sandbox_file", writes=True)
def delete_sandbox_file(context: LongContext, params: Mapping[str, Any]) -> None:
    """Delete a file."""
    with _translated():
        _found(context, params).ready().sandbox.delete(params["path"])


@long_operation("get_sandbox_state")
def get_sandbox_state(context: LongContext, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the files of the workspace with their checksums."""
    with _translated():
        found = _found(context, params).ready().sandbox.list()
    files = {_shown(entry.path): _file_state(entry) for entry in found.entries if entry.kind in {"file", "link"}}
    return {"captured_at": isoformat(context.moment), "files": files, "unreadable": found.unreadable}


@long_operation("get_sandbox_diff")
def get_sandbox_diff(context: LongContext, params: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what differs from the workspace that became ready."""
    with _translated():
        found = _found(context, params).changes()
    return {
        "added": [_shown(path) for path in found.added],
        "removed": [_shown(path) for path in found.removed],
        "modified": [_shown(path) for path in found.modified],
    }


def _found(context: LongContext, params: Mapping[str, Any]) -> PlatformSandbox:
    return context.sandboxes.live(context.principal.tenant_id, params["sandbox_id"])


@contextmanager
def _translated() -> Generator[None]:
    """Raise the platform's errors in place of those of the sandbox."""
    try:
        yield
    except SandboxGoneError as error:
        raise ConflictError(error.message) from error
    except SandboxFileError as error:
        if error.code == "missing":
            raise NotFoundError(error.message) from error
        if error.code in _STATUS_OF_FILE:
            raise RefusedError(_STATUS_OF_FILE[error.code], error.message) from error
        raise ValidationError(error.message, response={"path": "path"}) from error


def _seconds(params: Mapping[str, Any], *, default: float, most: float) -> float:
    if "timeout" not in params:
        return default
    try:
        seconds = parse_duration(params["timeout"], name="timeout")
    except ConfigurationError as error:
        raise ValidationError(error.message, response={"path": "timeout"}) from error
    if seconds > most:
        raise ValidationError(
            f"`timeout` must be at most {most:g} seconds, got {params['timeout']!r}", response={"path": "timeout"}
        )
    return seconds


def _content(params: Mapping[str, Any]) -> bytes:
    given = [name for name in ("content", "content_base64") if name in params]
    if len(given) != 1:
        raise ValidationError("one of `content` and `content_base64` must be given", response={"path": "content"})
    if given == ["content"]:
        try:
            return str(params["content"]).encode()
        except UnicodeEncodeError as error:
            raise ValidationError("`content` must be Unicode", response={"path": "content"}) from error
    try:
        return base64.b64decode(params["content_base64"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValidationError("`content_base64` must be base64", response={"path": "content_base64"}) from error


def _shown_record(one: SandboxRecord) -> dict[str, Any]:
    """Return a sandbox as the API shows it."""
    record: dict[str, Any] = {
        "id": one.id,
        "spec_id": one.spec_id,
        "spec_version": one.spec_version,
        "state": one.state,
        "created_at": one.created_at,
        "metadata": dict(one.metadata),
        "services": {},
        "instance": one.instance,
        **one.facts,
    }
    told = {"error": one.error, "ended_at": one.ended_at}
    return {**record, **{name: value for name, value in told.items() if value is not None}}


def _result(command: str, result: CommandResult) -> dict[str, Any]:
    return {
        "command": command,
        "stdout": result.stdout.decode(errors="replace"),
        "stderr": result.stderr.decode(errors="replace"),
        "exit_code": result.exit_code,
        "duration_ms": round(result.duration * 1000),
        "timed_out": result.timed_out,
        "truncated": result.stdout_bytes > len(result.stdout) or result.stderr_bytes > len(result.stderr),
    }


def _file_state(entry: FileEntry) -> dict[str, Any]:
    if entry.kind == "link":
        kind, checksum = stat.S_IFLNK, f"link:{_shown(entry.target or '')}"
    else:
        kind, checksum = stat.S_IFREG, f"sha256:{entry.sha256}" if entry.sha256 else ""
    return {"size": entry.size, "mode": f"{kind | entry.mode:o}", "checksum": checksum}


def _shown(path: str) -> str:
    r"""Return a path whose bytes are UTF-8; others are shown as `\xff`."""
    return path.encode(errors="surrogateescape").decode(errors="backslashreplace")
