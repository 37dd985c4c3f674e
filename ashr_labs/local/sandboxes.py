"""The sandboxes of a platform: their states, their number, and their end."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import AuthenticationError, ConflictError, NotFoundError
from .failures import RefusedError
from .keys import Principal
from .sandbox.engines import open_engine
from .sandbox.errors import SandboxUnavailableError
from .sandbox.state import Difference, difference
from .sandbox_endpoint import SandboxEndpoint
from .sandbox_keys import digest, new_sandbox_key

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Generator, Mapping

    from .boot import BootedSandbox
    from .sandbox.protocol import Engine
    from .sandbox_endpoint import Answering

__all__ = ["Boot", "Description", "PlatformSandbox", "Sandboxes"]

_KEPT_AFTER_END = 1000
_RETRY_AFTER = "5"
_SCOPES = frozenset({"read", "write"})
"""Of the keys of sandboxes, which may do less than these allow."""


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
    """

    def __init__(
        self,
        id: str,  # noqa: A002 - the name of the attribute
        description: Description,
        platform: Callable[[], Answering],
    ) -> None:
        self.id = id
        self.description = description
        self.key = new_sandbox_key()
        """The key by which its commands use the platform."""
        self._endpoint = SandboxEndpoint(platform, self.key, self._look)
        self.error = ""
        """Why it could not be made."""
        self._booted: BootedSandbox | None = None
        self._running = 0
        self._is_destroyed = False
        self._changing = threading.Lock()

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
        with self._changing:
            self._running += 1
        try:
            yield booted
        finally:
            with self._changing:
                self._running -= 1

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

    def _look(self, body: bytes) -> None:
        """Look for secrets in what its commands send; nothing they send before it is ready is looked at."""
        if self._booted is not None:
            self._booted.look(body, "a trace")


class Sandboxes:
    """All sandboxes of this process for one database.

    They are not stored: a sandbox ends with the process that made it, whatever ends that.

    Args:
        engine: The name of the engine; None for the first one that works.
        limit: How many sandboxes may exist at one time.
        platform: Returns the platform that answers the commands of sandboxes.
        open_with: Opens an engine by its name.
    """

    def __init__(
        self,
        engine: str | None = None,
        *,
        limit: int,
        platform: Callable[[], Answering],
        open_with: Callable[[str | None], Engine] = open_engine,
    ) -> None:
        self._engine_name = engine
        self._platform = platform
        self._limit = limit
        self._open_with = open_with
        self._engine: Engine | None = None
        self._known: OrderedDict[str, PlatformSandbox] = OrderedDict()
        self._by_key: dict[str, PlatformSandbox] = {}
        self._changing = threading.Lock()
        self._opening = threading.Lock()
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether no sandbox can be made any more."""
        return self._is_closed

    def create(self, description: Description, boot: Boot) -> PlatformSandbox:
        """Make a sandbox, and return it when it is ready.

        Args:
            description: What is known about it.
            boot: Carries out its spec.

        Raises:
            RefusedError: There are as many sandboxes as allowed (503), or none can be made on this machine (501).
        """
        engine = self._opened()
        sandbox = PlatformSandbox(f"sb-{secrets.token_hex(8)}", description, self._platform)
        self._admit(sandbox)
        try:
            sandbox.become_ready(boot(engine, sandbox))
        except BaseException as error:
            sandbox.error = str(error) or type(error).__name__
            sandbox.destroy()
            raise
        return sandbox

    def find(self, tenant_id: int, id: str) -> PlatformSandbox:  # noqa: A002 - as in `create`
        """Return a sandbox of a tenant.

        Raises:
            NotFoundError: The tenant has none of this id.
        """
        found = self._known.get(id)
        if found is None or found.description.tenant_id != tenant_id:
            raise NotFoundError(f"there is no sandbox {id!r}")
        return found

    def principal(self, key: str) -> Principal:
        """Return the tenant, user and sandbox of a sandbox's key.

        Raises:
            AuthenticationError: No sandbox that exists has this key.
        """
        sandbox = self._by_key.get(digest(key))
        if sandbox is None or not sandbox.is_active:
            raise AuthenticationError("the key of the sandbox is unknown, or its sandbox has ended")
        owner = sandbox.description
        return Principal(owner.tenant_id, owner.user_id, _SCOPES, sandbox_id=sandbox.id)

    def active(self, tenant_id: int) -> list[PlatformSandbox]:
        """Return the sandboxes of a tenant that exist, oldest first."""
        with self._changing:
            known = tuple(self._known.values())
        return [one for one in known if one.description.tenant_id == tenant_id and one.is_active]

    def close(self) -> None:
        """Destroy all sandboxes; none can be made any more."""
        with self._changing:
            self._is_closed = True
            known = tuple(self._known.values())
        for sandbox in known:
            sandbox.destroy()
        with self._opening:
            if self._engine is not None:
                self._engine.close()

    def _opened(self) -> Engine:
        with self._opening:
            if self._engine is None:
                try:
                    self._engine = self._open_with(self._engine_name)
                except SandboxUnavailableError as error:
                    raise RefusedError(501, error.message) from error
            return self._engine

    def _admit(self, sandbox: PlatformSandbox) -> None:
        with self._changing:
            active = sum(one.is_active for one in self._known.values())
            if self._is_closed or active >= self._limit:
                raise RefusedError(
                    503,
                    f"at capacity: {active} sandboxes of at most {self._limit} exist; destroy one, or try again later",
                    {"retry-after": _RETRY_AFTER},
                )
            self._known[sandbox.id] = sandbox
            self._by_key[digest(sandbox.key)] = sandbox
            ended = [one for one in self._known.values() if not one.is_active]
            for one in ended[: max(0, len(ended) - _KEPT_AFTER_END)]:
                del self._known[one.id]
                del self._by_key[digest(one.key)]
        for one in ended:
            one.destroy()  # of one that has ended by itself: takes note of it, and frees what it held
