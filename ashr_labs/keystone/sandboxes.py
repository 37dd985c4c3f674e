"""The service `Keystone.sandboxes`: isolated workspaces, and handles that carry their methods."""

from __future__ import annotations

import base64
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from ..client._outgoing import resource
from ..client._sandboxes import duration
from ..client._sync._sandboxes import COMMAND_SECONDS, CREATION_SECONDS, patient
from ._declared_secrets import merged_secrets
from .errors import as_keystone_error
from .types import CommandResult, Sandbox, StateDiff, StateSnapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike
    from types import TracebackType

    from ..specs.secrets import AllowCommand
    from ._connection import Connection

    Handles: TypeAlias = list["SandboxHandle"]
    # In the class, `list` is a method.

__all__ = ["SandboxHandle", "SandboxService"]


class SandboxHandle(Sandbox):
    """A `Sandbox`, with the methods of the service for its id.

    Leaving a `with` block destroys it.

    Args:
        info: Its record.
        svc: The service.
    """

    def __init__(self, info: Sandbox, svc: SandboxService) -> None:
        super().__init__(**_fields(info))
        self._svc = svc

    @property
    def info(self) -> Sandbox:
        """Its record, as it was fetched."""
        return Sandbox(**_fields(self))

    def exec(self, command: str, timeout: float | str | None = None) -> CommandResult:
        """Run a command; see `SandboxService.run_command`."""
        return self._svc.run_command(self.id, command, timeout)

    def read(self, path: str) -> bytes:
        """Return the bytes of a file."""
        return self._svc.read_file(self.id, path)

    def write(self, path: str, content: str | bytes) -> None:
        """Write a file; missing folders are made."""
        self._svc.write_file(self.id, path, content)

    def delete(self, path: str) -> None:
        """Delete a file."""
        self._svc.delete_file(self.id, path)

    def get_state(self) -> StateSnapshot:
        """Return the files with their checksums."""
        return self._svc.state(self.id)

    def diff(self) -> StateDiff:
        """Return the files that differ from when it became ready."""
        return self._svc.diff(self.id)

    def ingest_trace(self, events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Store trace events, and return how many were stored."""
        return self._svc.ingest_trace(self.id, events)

    def get_trace(self) -> dict[str, Any]:
        """Return the events and their totals."""
        return self._svc.get_trace(self.id)

    def refresh(self) -> Self:
        """Fetch the present record; return this object."""
        vars(self).update(_fields(self._svc.get_info(self.id)))
        return self

    def destroy(self) -> None:
        """End its processes and remove its files."""
        self._svc.destroy(self.id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.destroy()


class SandboxService:
    """Makes and uses sandboxes; each error of a request is a `KeystoneError`."""

    def __init__(self, http: Connection) -> None:
        self._http = http

    @as_keystone_error
    def create(
        self,
        spec_id: str,
        timeout: float | str | None = None,
        metadata: Mapping[str, str] | None = None,
        *,
        secrets: Mapping[str, str] | None = None,
        spec_path: str | PathLike[str] | None = None,
        allow_commands: AllowCommand = False,
    ) -> SandboxHandle:
        """Create a sandbox from the newest version of a spec, and return it when it is ready.

        Args:
            spec_id: The id of the spec.
            timeout: Its lifetime, such as `10m`, or seconds; by default that of the spec.
            metadata: Your own strings.
            secrets: Values of secrets.
            spec_path: The file of the spec: the secrets that it declares are taken from this machine, unless `secrets`
                has them.
            allow_commands: Whether a secret whose source is `command:` runs that here; see `resolve_source`.

        Raises:
            KeystoneError: The platform refuses it; `message` has the reason.
            ConfigurationError: An argument is malformed, or the source of a secret is a command that is not allowed.
        """
        body: dict[str, object] = {"spec_id": spec_id}
        if timeout is not None:
            body["timeout"], _ = duration(timeout)
        if metadata:
            body["metadata"] = dict(metadata)
        if values := merged_secrets(secrets, spec_path, allow_commands):
            body["secrets"] = values
        transport = patient(self._http.transport, CREATION_SECONDS)
        return self._handle(transport.request(resource("create_sandbox", body=body)))

    @as_keystone_error
    def get(self, sandbox_id: str) -> SandboxHandle:
        """Return a sandbox, also one that has ended."""
        return self._handle(self._request("get_sandbox", sandbox_id))

    @as_keystone_error
    def get_info(self, sandbox_id: str) -> Sandbox:
        """Return the record of a sandbox."""
        return Sandbox.from_dict(self._request("get_sandbox", sandbox_id))

    @as_keystone_error
    def list(self) -> Handles:
        """Return the sandboxes that exist."""
        return [self._handle(one) for one in self._http.transport.request(resource("list_sandboxes"), list)]

    def handle(self, sandbox_id: str) -> SandboxHandle:
        """Return a handle without a request: only its id is set."""
        return SandboxHandle(Sandbox(id=sandbox_id), self)

    @as_keystone_error
    def destroy(self, sandbox_id: str) -> None:
        """End the processes of a sandbox and remove its files."""
        self._request("destroy_sandbox", sandbox_id, kind=None)

    @as_keystone_error
    def run_command(self, sandbox_id: str, command: str, timeout: float | str | None = None) -> CommandResult:
        """Run `sh -c COMMAND` in the workspace, and return its result when it has ended.

        Args:
            sandbox_id: The sandbox.
            command: The command.
            timeout: A duration such as `30s`, or seconds, after which it is killed with all processes that it started;
                its exit code is 124 then. By default 10 minutes.
        """
        body: dict[str, object] = {"command": command}
        seconds = COMMAND_SECONDS
        if timeout is not None:
            body["timeout"], seconds = duration(timeout)
        transport = patient(self._http.transport, seconds)
        request = resource("run_sandbox_command", {"sandbox_id": sandbox_id}, body=body)
        return CommandResult.from_dict(transport.request(request))

    @as_keystone_error
    def read_file(self, sandbox_id: str, path: str) -> bytes:
        """Return the bytes of a file."""
        return self._http.transport.request_bytes(
            resource("read_sandbox_file", {"sandbox_id": sandbox_id, "path": path})
        )

    @as_keystone_error
    def write_file(self, sandbox_id: str, path: str, content: str | bytes) -> None:
        """Write a file, text as UTF-8; missing folders are made."""
        name, sent = ("content", content) if isinstance(content, str) else _as_base64(content)
        self._request("write_sandbox_file", sandbox_id, body={"path": path, name: sent}, kind=None)

    @as_keystone_error
    def delete_file(self, sandbox_id: str, path: str) -> None:
        """Delete a file."""
        self._http.transport.request(resource("delete_sandbox_file", {"sandbox_id": sandbox_id, "path": path}), None)

    @as_keystone_error
    def state(self, sandbox_id: str) -> StateSnapshot:
        """Return the files of the workspace with their checksums."""
        return StateSnapshot.from_dict(self._request("get_sandbox_state", sandbox_id))

    @as_keystone_error
    def diff(self, sandbox_id: str) -> StateDiff:
        """Return the files that differ from when the sandbox became ready."""
        return StateDiff.from_dict(self._request("get_sandbox_diff", sandbox_id))

    @as_keystone_error
    def ingest_trace(self, sandbox_id: str, events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Store trace events of a sandbox, and return how many were `ingested`."""
        found: dict[str, Any] = self._request("ingest_sandbox_trace", sandbox_id, body={"events": [*events]})
        return found

    @as_keystone_error
    def get_trace(self, sandbox_id: str) -> dict[str, Any]:
        """Return the `events` of a sandbox in the order of their time, and their `metrics`."""
        found: dict[str, Any] = self._request("get_sandbox_trace", sandbox_id)
        return found

    def _handle(self, record: Mapping[str, Any]) -> SandboxHandle:
        return SandboxHandle(Sandbox.from_dict(record), self)

    def _request(
        self,
        operation: str,
        sandbox_id: str,
        *,
        body: Mapping[str, object] | None = None,
        kind: type | None = dict,
    ) -> Any:
        return self._http.transport.request(resource(operation, {"sandbox_id": sandbox_id}, body=body), kind)


def _fields(info: Sandbox) -> dict[str, Any]:
    return {one.name: getattr(info, one.name) for one in fields(info)}


def _as_base64(content: bytes) -> tuple[str, str]:
    return "content_base64", base64.b64encode(content).decode()
