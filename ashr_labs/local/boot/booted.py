"""A sandbox that was booted from a spec, and what has happened in it since it was ready."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .findings import Findings, Observed, findings
from .watch import SecretWatch
from .writes import WriteObserver

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..._secret import Secret
    from ...specs.values import Spec
    from ..sandbox.protocol import CommandResult, Listing, Sandbox
    from .services import ContainerServer, MockServer, PostgresServer
    from .services.http_mock import MockRequest

__all__ = ["BootedSandbox", "ServiceStatus"]


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """Where commands of a sandbox reach a service."""

    host: str
    port: int
    ready: bool


class BootedSandbox:
    """A sandbox that is ready for an agent.

    Args:
        spec: Its spec.
        sandbox: The sandbox.
        services: Where its services are reached.
        databases: Its PostgreSQL services.
        mocks: Its HTTP mocks.
        containers: Its services from images.
        watch: Looks for secrets in what is printed.
        secrets: Those that commands have.
    """

    def __init__(
        self,
        spec: Spec,
        sandbox: Sandbox,
        services: Mapping[str, ServiceStatus] | None = None,
        *,
        databases: Mapping[str, PostgresServer] | None = None,
        mocks: Mapping[str, MockServer] | None = None,
        containers: Sequence[ContainerServer] = (),
        watch: SecretWatch | None = None,
        secrets: Mapping[str, Secret] | None = None,
    ) -> None:
        self.spec = spec
        self.sandbox = sandbox
        self.services = services or {}
        self.databases = databases or {}
        self.mocks = mocks or {}
        self.secrets = secrets or {}
        self._containers = containers
        self._watch = watch or SecretWatch({})
        asked = spec.audit.db_writes or spec.forbidden.db_writes_outside is not None
        self._writes = [WriteObserver(database) for database in self.databases.values()] if asked else []
        self._requests_before = {name: len(mock.requests) for name, mock in self.mocks.items()}
        self.baseline: Listing = sandbox.list()
        """The workspace when it became ready."""

    def exec(self, command: str, *, timeout: float | None = None, cwd: str = "") -> CommandResult:
        """Run a command, and look for secrets in what it prints.

        Args:
            command: A line for `sh -c`.
            timeout: Seconds; None waits for its end.
            cwd: Folder in the workspace.

        Raises:
            SandboxError: It cannot be started, or the sandbox has ended.
        """
        done = self.sandbox.exec(command, timeout=timeout, cwd=cwd)
        self.look(done.stdout, "the output of a command")
        self.look(done.stderr, "the output of a command")
        return done

    def look(self, text: bytes, place: str) -> None:
        """Look for secrets in logged text, such as an event of a trace."""
        self._watch.look(text, place)

    def masked(self, text: str, *, is_cut: bool = False) -> str:
        """Return text with secrets of at least 6 characters replaced by their names.

        Args:
            text: The text.
            is_cut: Whether it was truncated, and may end within a secret, which is then removed.
        """
        return self._watch.masked(text, is_cut=is_cut)

    def requests(self, service: str) -> tuple[MockRequest, ...]:
        """Return the requests of an HTTP mock since the sandbox was ready, as far as they are recorded already."""
        return self.mocks[service].requests[self._requests_before[service] :]

    def findings(self) -> Findings:
        """Return what was done since the sandbox was ready, and which rules were broken.

        Raises:
            SandboxError: The sandbox has ended.
        """
        for mock in self.mocks.values():
            mock.settle()
        for container in self._containers:
            container.look()
        observed = Observed(
            before=self.baseline,
            after=self.sandbox.list(),
            writes=tuple(write for observer in self._writes for write in observer.writes()),
            requests={name: self.requests(name) for name in self.mocks},
            dropped=sum(mock.dropped for mock in self.mocks.values()),
            printed=tuple(self._watch.found()),
        )
        return findings(self.spec, observed)
