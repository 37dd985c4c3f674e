"""One sandbox of this platform: its state, its use, and its end."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import ConflictError
from .sandbox.state import Difference, difference
from .sandbox_endpoint import SandboxEndpoint
from .sandbox_keys import new_sandbox_key

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Generator, Mapping

    from .boot import BootedSandbox
    from .sandbox.protocol import Engine
    from .sandbox_endpoint import Answering

__all__ = ["Boot", "Description", "PlatformSandbox"]


@dataclass(frozen=True, slots=True)
class Description:
    """The facts about a sandbox that are known before it exists."""

    tenant_id: int
    spec_id: str
    spec_version: int
    created_at: str
    user_id: int = 0
    """The user who made it."""
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])


if TYPE_CHECKING:
    Boot = Callable[[Engine, "PlatformSandbox"], BootedSandbox]
    """Makes a sandbox by an engine, under this id."""


class PlatformSandbox:
    """A sandbox with its state, of one tenant.

    Args:
        id: Its id.
        description: What is known about it.
        platform: Returns the platform that answers its commands.
        on_change: Called with it when a command begins while none runs, and when the last one has ended.
        on_end: Called with it after it was destroyed.
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - the name of the attribute
        description: Description,
        platform: Callable[[], Answering],
        *,
        on_change: Callable[[PlatformSandbox], None] = lambda _: None,
        on_end: Callable[[PlatformSandbox], None] = lambda _: None,
    ) -> None:
        self.id = id
        self.description = description
        self.key = new_sandbox_key()
        """The key by which its commands use the platform."""
        self._endpoint = SandboxEndpoint(platform, self.key, self._look)
        self.error = ""
        """Why it could not be made."""
        self._on_change = on_change
        self._on_end = on_end
        self._booted: BootedSandbox | None = None
        self._running = 0
        self._is_destroyed = False
        self._changing = threading.Lock()
        self._telling = threading.Lock()

    @property
    def state(self) -> str:
        """`creating`, `ready`, `running`, `error` or `destroyed`."""
        if self.error:
            return "error"
        if self._is_destroyed:
            return "destroyed"
        if self._booted is None:
            return "creating"
        if not self._booted.sandbox.is_alive:
            return "destroyed"
        return "running" if self._running else "ready"

    @property
    def is_active(self) -> bool:
        """Whether it takes up one of the places of the platform."""
        return self.state in {"creating", "ready", "running"}

    @property
    def booted(self) -> BootedSandbox | None:
        """The sandbox with its services; None before it exists."""
        return self._booted

    def facts(self) -> dict[str, Any]:
        """Return what is known since it was ready, as its record shows it."""
        booted = self.ready()
        sandbox = booted.sandbox
        return {
            "services": {name: asdict(service) for name, service in booted.services.items()},
            "path": sandbox.workspace,
            "url": f"{sandbox.engine}:{self.id}",
            "isolation": dict(sandbox.in_force),
        }

    def serve(self, client: socket.socket) -> None:
        """Answer the requests of a connection from within."""
        self._endpoint.handle(client)

    def become_ready(self, booted: BootedSandbox) -> None:
        """Accept requests."""
        with self._changing:
            self._booted = booted
            is_late = self._is_destroyed
        if is_late:
            booted.sandbox.destroy()

    @contextmanager
    def in_use(self) -> Generator[BootedSandbox]:
        """Yield the sandbox while a command runs in it."""
        booted = self.ready()
        self._count(1)
        try:
            yield booted
        finally:
            self._count(-1)

    def ready(self) -> BootedSandbox:
        """Return the sandbox.

        Raises:
            ConflictError: It does not exist yet, or any more.
        """
        if self._booted is None or not self.is_active:
            raise ConflictError(f"the sandbox {self.id} is in the state `{self.state}` and takes no requests")
        return self._booted

    def changes(self) -> Difference:
        """Return what has changed in the workspace since it became ready."""
        booted = self.ready()
        return difference(booted.baseline, booted.sandbox.list())

    def destroy(self) -> None:
        """End its processes and remove its files."""
        with self._changing:
            self._is_destroyed = True
            booted = self._booted
        if booted is not None:
            booted.sandbox.destroy()
        self._on_end(self)

    def _count(self, change: int) -> None:
        with self._changing:
            before, self._running = self._running, self._running + change
        if not before or not self._running:
            with self._telling:  # so that the last one to tell tells the newest state
                self._on_change(self)

    def _look(self, body: bytes) -> None:
        """Look for secrets in what its commands send; nothing they send before it is ready is looked at."""
        if self._booted is not None:
            self._booted.look(body, "a trace")
