"""Sandboxes of the embedded platform."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from ...sandboxes import (
    CommandResult,
    FileState,
    QueryResult,
    RuleResult,
    SandboxFindings,
    SandboxService,
    ServiceRequest,
    StateDiff,
    StateSnapshot,
)
from .._options import Timeout
from .._outgoing import resource
from .._sandboxes import duration, read_record
from ._transport import AsyncRetryTransport

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, TypeAlias

    from ashr_labs_types import Sandbox as SandboxRecord

    Sandboxes: TypeAlias = list["AsyncSandbox"]
    # In the class, `list` is a method.
    Requests: TypeAlias = list[ServiceRequest]

__all__ = ["COMMAND_SECONDS", "CREATION_SECONDS", "AsyncSandbox", "AsyncSandboxMethods", "patient"]

COMMAND_SECONDS = 600.0
"""The time of a command for which none is given."""
CREATION_SECONDS = 900.0
"""The time that the creation of a sandbox may take."""
_QUERY_SECONDS = 75.0
_MARGIN = 30.0


class AsyncSandbox:
    """A sandbox, with the state that it had when it was fetched.

    Leaving a `with` block destroys it.

    Example:
        >>> async with await client.sandboxes.create("fix-failing-test") as sandbox:  # doctest: +SKIP
        ...     await sandbox.write("hello.txt", "hello")
        ...     print((await sandbox.exec("cat hello.txt")).stdout)
        hello
    """

    def __init__(self, transport: AsyncRetryTransport, record: SandboxRecord) -> None:
        self._transport = transport
        self.id: str = record["id"]
        """Its name."""
        self._take(record)

    def _take(self, record: SandboxRecord) -> None:
        self.info: SandboxRecord = record
        """The record of the platform."""
        self.spec_id: str = record["spec_id"]
        """The spec that it was made from."""
        self.state: str = record["state"]
        """`creating`, `ready`, `running`, `error` or `destroyed`."""
        self.path: str = record.get("path", "")
        """Where commands see the workspace."""
        self.url: str = record.get("url", "")
        """The engine and the id."""
        self.created_at: str = record.get("created_at", "")
        """When it was created, in ISO 8601."""
        self.metadata: Mapping[str, str] = record.get("metadata", {})
        """Your own strings."""
        self.isolation: Mapping[str, str] = record.get("isolation", {})
        """The isolation and the limits in force, with the mechanism of each."""
        self.services: Mapping[str, SandboxService] = {
            name: read_record(SandboxService, one) for name, one in record.get("services", {}).items()
        }
        """Its services by name."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} of {self.spec_id}, {self.state}>"

    async def __aenter__(self) -> AsyncSandbox:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.destroy()

    async def refresh(self) -> AsyncSandbox:
        """Fetch the present state."""
        self._take(await self._request("get_sandbox"))
        return self

    async def exec(self, command: str, timeout: float | str | None = None) -> CommandResult:
        """Run `sh -c COMMAND` in the workspace, and return its result when it has ended.

        Args:
            command: The command.
            timeout: Seconds, or a duration such as `30s`, after which it is killed with all processes that it started;
                its exit code is 124 then. By default 10 minutes.

        Raises:
            ConflictError: If the sandbox has ended.
        """
        body: dict[str, object] = {"command": command}
        seconds = COMMAND_SECONDS
        if timeout is not None:
            body["timeout"], seconds = duration(timeout)
        return read_record(CommandResult, await self._request("run_sandbox_command", body=body, seconds=seconds))

    async def read(self, path: str) -> bytes:
        """Read a file of the workspace.

        Raises:
            NotFoundError: If there is no such file.
            ValidationError: If it is a folder or a link, or outside of the workspace.
        """
        return await self._transport.request_bytes(resource("read_sandbox_file", {"sandbox_id": self.id, "path": path}))

    async def write(self, path: str, content: str | bytes, *, mode: int | None = None) -> None:
        """Write a file of the workspace; missing folders are made.

        Args:
            path: Relative to the workspace, or below `/workspace/`.
            content: Text, which is stored as UTF-8, or bytes.
            mode: Permission bits; by default those of the file that it replaces, or 0o644.

        Raises:
            ValidationError: If there is a folder or a link by that name, or it is outside of the workspace.
        """
        body: dict[str, object] = {"path": path}
        if isinstance(content, str):
            body["content"] = content
        else:
            body["content_base64"] = base64.b64encode(content).decode()
        if mode is not None:
            body["mode"] = mode
        await self._request("write_sandbox_file", body=body, kind=None)

    async def delete(self, path: str) -> None:
        """Delete a file of the workspace, or a link itself.

        Raises:
            NotFoundError: If there is no such file.
        """
        await self._transport.request(resource("delete_sandbox_file", {"sandbox_id": self.id, "path": path}), None)

    async def get_state(self) -> StateSnapshot:
        """Return the files of the workspace with their checksums."""
        record = await self._request("get_sandbox_state")
        files = {path: read_record(FileState, one) for path, one in record["files"].items()}
        return StateSnapshot(record["captured_at"], files, record.get("unreadable", 0))

    async def diff(self) -> StateDiff:
        """Return the files that differ from when the sandbox became ready."""
        return read_record(StateDiff, await self._request("get_sandbox_diff"))

    async def query(self, service: str, query: str) -> QueryResult:
        """Return the rows of a query to a PostgreSQL service, at most 1,000, in a transaction that changes nothing.

        Args:
            service: The name of the service.
            query: A statement that returns rows.

        Raises:
            NotFoundError: If there is no such service.
            ValidationError: If it is not a PostgreSQL service, or the query fails; the message is the database's.
        """
        operation = resource(
            "query_sandbox_service", {"sandbox_id": self.id, "service": service}, body={"query": query}
        )
        return read_record(QueryResult, await patient(self._transport, _QUERY_SECONDS).request(operation))

    async def requests(self, service: str) -> Requests:
        """Return the requests that an HTTP mock has got since the sandbox was ready.

        Args:
            service: The name of the service.

        Raises:
            NotFoundError: If there is no such service.
            ValidationError: If it is not an HTTP mock, or does not record.
        """
        operation = resource("list_sandbox_requests", {"sandbox_id": self.id, "service": service})
        return [read_record(ServiceRequest, one) for one in await self._transport.request(operation, list)]

    async def findings(self) -> SandboxFindings:
        """Return which rules of the spec's `forbidden` were broken since the sandbox was ready, and its audit."""
        record = await self._request("get_sandbox_findings")
        return SandboxFindings([read_record(RuleResult, one) for one in record["rules"]], record["audit"])

    async def destroy(self) -> None:
        """End all of its processes and remove its files; destroying it again changes nothing."""
        await self._request("destroy_sandbox", kind=None)
        self.state = "destroyed"

    async def _request(
        self,
        operation: str,
        *,
        body: Mapping[str, object] | None = None,
        seconds: float | None = None,
        kind: type | None = dict,
    ) -> Any:
        transport = self._transport if seconds is None else patient(self._transport, seconds)
        return await transport.request(resource(operation, {"sandbox_id": self.id}, body=body), kind)


class AsyncSandboxMethods:
    """Sandboxes of the tenant: `client.sandboxes`."""

    def __init__(self, transport: AsyncRetryTransport) -> None:
        self._transport = transport

    async def create(
        self,
        spec_id: str,
        *,
        timeout: float | str | None = None,
        metadata: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> AsyncSandbox:
        """Create a sandbox from the newest version of a spec, and return it when it is ready.

        Args:
            spec_id: The id of the spec.
            timeout: Its lifetime in seconds, or as a duration such as `10m`; by default that of the spec.
            metadata: Your own strings.
            secrets: The values of the spec's secrets, which are variables of all commands.

        Raises:
            NotFoundError: If there is no such spec.
            ValidationError: If the spec asks for something that the platform cannot honour; the message names it.
            ServerError: If the platform has no free place (503), or no engine (501).
        """
        body: dict[str, object] = {"spec_id": spec_id}
        if timeout is not None:
            body["timeout"], _ = duration(timeout)
        if metadata:
            body["metadata"] = dict(metadata)
        if secrets:
            body["secrets"] = dict(secrets)
        transport = patient(self._transport, CREATION_SECONDS)
        return AsyncSandbox(self._transport, await transport.request(resource("create_sandbox", body=body)))

    async def get(self, sandbox_id: str) -> AsyncSandbox:
        """Get a sandbox, also one that has ended.

        Raises:
            NotFoundError: If there is no such sandbox.
        """
        record = await self._transport.request(resource("get_sandbox", {"sandbox_id": sandbox_id}))
        return AsyncSandbox(self._transport, record)

    async def list(self) -> Sandboxes:
        """List the sandboxes that exist, oldest first."""
        records = await self._transport.request(resource("list_sandboxes"), list)
        return [AsyncSandbox(self._transport, record) for record in records]

    async def destroy(self, sandbox_id: str) -> None:
        """Destroy a sandbox.

        Raises:
            NotFoundError: If there is no such sandbox.
        """
        await self._transport.request(resource("destroy_sandbox", {"sandbox_id": sandbox_id}), None)


def patient(transport: AsyncRetryTransport, seconds: float) -> AsyncRetryTransport:
    """Return a transport that waits long enough for an answer that may take `seconds`."""
    given = transport.options.timeout
    wait = max(given.read or given.default, seconds + _MARGIN)
    longer = Timeout(given.default, given.connect, wait, given.write, max(given.total, wait + _MARGIN))
    return AsyncRetryTransport(
        transport.options.replace(timeout=longer), transport.pool, transport.clock, transport.session
    )
