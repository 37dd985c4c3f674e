"""The sandboxes of a platform: their number, their records, and their end."""

from __future__ import annotations

import logging
import secrets
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from .._threads import start_daemon
from ..errors import AuthenticationError, ConflictError
from .failures import RefusedError
from .keys import Principal
from .platform_sandbox import Description, PlatformSandbox
from .sandbox.engines import open_engine
from .sandbox.errors import SandboxUnavailableError
from .sandbox_keys import digest
from .sandbox_register import SandboxRecord, SandboxRegister
from .store.columns import unwrap

if TYPE_CHECKING:
    from collections.abc import Callable

    from .platform_sandbox import Boot
    from .sandbox.protocol import Engine
    from .sandbox_endpoint import Answering
    from .store.engine import Database

__all__ = ["Sandboxes"]

_logger = logging.getLogger(__name__)
_RETRY_AFTER = "5"
_LOOK_SECONDS = 1.0
"""After which the end of a sandbox, or its destruction on another platform, is noticed."""
_SCOPES = frozenset({"read", "write"})
"""Of the keys of sandboxes, which may do less than these allow."""


class Sandboxes:
    """All sandboxes of this process for one database.

    A sandbox ends with the process that made it, whatever ends that; its record stays.

    Args:
        engine: The name of the engine; None for the first one that works.
        database: Has the records.
        now: The clock, in seconds since the epoch.
        limit: How many sandboxes may exist at one time.
        platform: Returns the platform that answers the commands of sandboxes.
        open_with: Opens an engine by its name.
    """

    def __init__(
        self,
        engine: str | None = None,
        *,
        database: Database,
        now: Callable[[], float],
        limit: int,
        platform: Callable[[], Answering],
        open_with: Callable[[str | None], Engine] = open_engine,
    ) -> None:
        self._engine_name = engine
        self._platform = platform
        self._limit = limit
        self._open_with = open_with
        self._register = SandboxRegister(database, now)
        self._engine: Engine | None = None
        self._known: dict[str, PlatformSandbox] = {}
        """Those that have not ended, or whose end is not in the register yet."""
        self._by_key: dict[str, PlatformSandbox] = {}
        self._changing = threading.Lock()
        self._opening = threading.Lock()
        self._keeper: threading.Thread | None = None
        self._closed = threading.Event()

    @property
    def is_closed(self) -> bool:
        """Whether no sandbox can be made any more."""
        return self._closed.is_set()

    @property
    def limit(self) -> int:
        """How many sandboxes may exist at one time."""
        return self._limit

    @property
    def count(self) -> int:
        """How many sandboxes exist, of all tenants."""
        with self._changing:
            known = tuple(self._known.values())
        return sum(one.is_active for one in known)

    def create(self, description: Description, boot: Boot) -> PlatformSandbox:
        """Make a sandbox, and return it when it is ready.

        Args:
            description: What is known about it.
            boot: Carries out its spec.

        Raises:
            RefusedError: There are as many sandboxes as allowed (503), or none can be made on this machine (501).
        """
        engine = self._opened()
        sandbox = PlatformSandbox(
            f"sb-{secrets.token_hex(8)}",
            description,
            self._platform,
            on_change=self._register.tell,
            on_end=self._note_end,
        )
        self._admit(sandbox)
        try:
            self._register.add(sandbox)
            sandbox.become_ready(boot(engine, sandbox))
            if sandbox.is_active:
                self._register.ready(sandbox)
        except BaseException as error:
            sandbox.error = str(error) or type(error).__name__
            sandbox.destroy()
            raise
        return sandbox

    def live(self, tenant_id: int, id: str) -> PlatformSandbox:  # noqa: A002 - as in `create`
        """Return a sandbox of a tenant that runs here.

        Raises:
            NotFoundError: The tenant has none of this id.
            ConflictError: It has ended, or another platform runs it.
        """
        found = self._known.get(id)
        if found is not None and found.description.tenant_id == tenant_id:
            return found
        record = self._register.find(tenant_id, id)
        if not record.is_active:
            raise ConflictError(f"the sandbox {id} is in the state `{record.state}` and takes no requests")
        raise ConflictError(
            f"the sandbox {id} runs on the platform {record.instance}, and this is {self._register.instance}; "
            "send the request to that one",
            response={"instance": record.instance},
        )

    def record(self, tenant_id: int, id: str) -> SandboxRecord:  # noqa: A002 - as in `create`
        """Return the record of a sandbox of a tenant, wherever it runs, also of one that has ended.

        Raises:
            NotFoundError: The tenant has none of this id.
        """
        return self._current(self._register.find(tenant_id, id))

    def active(self, tenant_id: int) -> list[SandboxRecord]:
        """Return the records of a tenant's sandboxes that exist, on any platform, oldest first."""
        found = [self._current(record) for record in self._register.active(tenant_id)]
        return [record for record in found if record.state in {"creating", "ready", "running"}]

    def destroy(self, tenant_id: int, id: str) -> None:  # noqa: A002 - as in `create`
        """End a sandbox; on another platform, it ends within seconds.

        Raises:
            NotFoundError: The tenant has none of this id.
        """
        found = self._known.get(id)
        if found is not None and found.description.tenant_id == tenant_id:
            found.destroy()
        else:
            self._register.request_end(tenant_id, id)

    def principal(self, key: str) -> Principal:
        """Return the tenant, user and sandbox of a sandbox's key.

        Raises:
            AuthenticationError: No sandbox that exists here has this key.
        """
        sandbox = self._by_key.get(digest(key))
        if sandbox is None or not sandbox.is_active:
            raise AuthenticationError("the key of the sandbox is unknown, or its sandbox has ended")
        owner = sandbox.description
        return Principal(owner.tenant_id, owner.user_id, _SCOPES, sandbox_id=sandbox.id)

    def close(self) -> None:
        """Destroy all sandboxes; none can be made any more."""
        with self._changing:
            self._closed.set()
            known, keeper = tuple(self._known.values()), self._keeper
        if keeper is not None:
            keeper.join()
            self._register.leave()
        for sandbox in known:
            sandbox.destroy()
        with self._opening:
            if self._engine is not None:
                self._engine.close()

    def _current(self, record: SandboxRecord) -> SandboxRecord:
        """Return a record with the state that a sandbox of this platform has now."""
        found = self._known.get(record.id)
        return record if found is None else replace(record, state=found.state)

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
            if self.is_closed or active >= self._limit:
                raise RefusedError(
                    503,
                    f"at capacity: {active} sandboxes of at most {self._limit} exist; destroy one, or try again later",
                    {"retry-after": _RETRY_AFTER},
                )
            self._known[sandbox.id] = sandbox
            self._by_key[digest(sandbox.key)] = sandbox
            if self._keeper is None:
                self._keeper = start_daemon(self._keep, "ashr-labs-sandboxes")

    def _keep(self) -> None:
        """Notice sandboxes that have ended by themselves or through another platform, until this one is closed."""
        while not self._closed.wait(_LOOK_SECONDS):
            known = dict(self._known)
            ended = {name for name, one in known.items() if not one.is_active}
            try:
                ended.update(self._register.keep([*known]))
            except SQLAlchemyError as error:
                _logger.warning("the records of sandboxes cannot be read: %s", unwrap(error))
            for name in ended:
                known[name].destroy()  # of one that has ended by itself: frees what it held, and stores its end

    def _note_end(self, sandbox: PlatformSandbox) -> None:
        if sandbox.id not in self._known:
            return
        if not self.is_closed:  # then all ends are stored already
            try:
                self._register.end(sandbox)
            except SQLAlchemyError as error:
                _logger.warning("the end of the sandbox %s is not stored yet: %s", sandbox.id, unwrap(error))
                return
        with self._changing:
            self._known.pop(sandbox.id, None)
            self._by_key.pop(digest(sandbox.key), None)
