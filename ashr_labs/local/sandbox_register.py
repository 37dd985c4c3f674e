"""The register of sandboxes in the database, by which every platform on it knows all of them."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from .store.columns import unwrap
from .store.sandbox_rows import (
    INSTANCE_LEASE_SECONDS,
    add_instance,
    add_sandbox,
    all_active,
    change_sandbox,
    end_lost_sandboxes,
    end_sandbox,
    end_sandboxes_of,
    ended_among,
    find_sandbox,
    has_lost,
    renew_instance,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .platform_sandbox import PlatformSandbox
    from .store.engine import Database

__all__ = ["SandboxRecord", "SandboxRegister"]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SandboxRecord:
    """The facts about a sandbox, wherever it runs or ran."""

    id: str
    spec_id: str
    spec_version: int
    state: str
    created_at: str
    ended_at: str | None
    error: str | None
    """Why it could not be made, or why it has ended without having been destroyed."""
    metadata: Mapping[str, str]
    instance: str
    """The platform that runs or ran it."""
    facts: Mapping[str, Any]
    """Services, path, url and isolation; empty before it was ready."""

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self.ended_at is None


class SandboxRegister:
    """The rows of sandboxes, with the lease of this platform.

    Nothing here waits for the disk: after a power failure there are no sandboxes, and what is left of their rows is
    marked as ended.

    Args:
        database: Has the rows.
        now: The clock, in seconds since the epoch.
    """

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self.instance = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        """The name of this platform."""
        self._database = database
        self._now = now
        self._renew_at: float | None = None
        """When the lease is renewed; None before there is one."""
        self._joining = threading.Lock()

    def add(self, sandbox: PlatformSandbox) -> None:
        """Add a sandbox of this platform that is being made."""
        self._join()
        about = sandbox.description
        row = {
            "id": sandbox.id,
            "tenant_id": about.tenant_id,
            "created_at": about.created_at,
            "instance": self.instance,
            "spec_id": about.spec_id,
            "spec_version": about.spec_version,
            "state": "creating",
            "metadata": dict(about.metadata),
        }
        with self._database.write_async_commit() as connection:
            add_sandbox(connection, row)

    def ready(self, sandbox: PlatformSandbox) -> None:
        """Note that a sandbox is ready."""
        with self._database.write_async_commit() as connection:
            change_sandbox(connection, sandbox.id, state="ready", facts=sandbox.facts())

    def tell(self, sandbox: PlatformSandbox) -> None:
        """Note whether commands run, where other platforms may be asked."""
        if not self._database.is_shared or not sandbox.is_active:
            return
        try:
            with self._database.write_async_commit() as connection:
                change_sandbox(connection, sandbox.id, state=sandbox.state)
        except SQLAlchemyError as error:  # the command matters more
            _logger.warning("the state of the sandbox %s was not stored: %s", sandbox.id, unwrap(error))

    def end(self, sandbox: PlatformSandbox) -> None:
        """Note that a sandbox of this platform has ended."""
        state, error = ("error", sandbox.error) if sandbox.error else ("destroyed", None)
        with self._database.write_async_commit() as connection:
            end_sandbox(connection, sandbox.description.tenant_id, sandbox.id, self._now(), state=state, error=error)

    def request_end(self, tenant_id: int, sandbox_id: str) -> None:
        """Note that a sandbox is destroyed; the platform that runs it destroys it within seconds.

        Raises:
            NotFoundError: The tenant has none of this id.
        """
        with self._database.write_async_commit() as connection:
            find_sandbox(connection, tenant_id, sandbox_id)
            end_sandbox(connection, tenant_id, sandbox_id, self._now(), state="destroyed")

    def find(self, tenant_id: int, sandbox_id: str) -> SandboxRecord:
        """Return a sandbox of a tenant, also one that has ended.

        Raises:
            NotFoundError: The tenant has none of this id, or it is forgotten.
        """
        self._end_lost()
        with self._database.read() as connection:
            return _record(find_sandbox(connection, tenant_id, sandbox_id))

    def active(self, tenant_id: int) -> list[SandboxRecord]:
        """Return the sandboxes of a tenant that have not ended, oldest first."""
        self._end_lost()
        with self._database.read() as connection:
            return [_record(row) for row in all_active(connection, tenant_id)]

    def keep(self, sandbox_ids: Sequence[str]) -> list[str]:
        """Renew the lease of this platform when it is time, and return which of its sandboxes others have ended."""
        if not self._database.is_shared or self._renew_at is None:
            return []
        moment = self._now()
        if moment >= self._renew_at:
            with self._database.write_async_commit() as connection:
                if not renew_instance(connection, self.instance, moment):
                    add_instance(connection, self.instance, moment)
                end_lost_sandboxes(connection, moment)
            self._renew_at = moment + INSTANCE_LEASE_SECONDS / 3
        with self._database.read() as connection:
            return ended_among(connection, sandbox_ids)

    def leave(self) -> None:
        """Note that all sandboxes of this platform have ended."""
        try:
            with self._database.write_async_commit() as connection:
                end_sandboxes_of(connection, self.instance, self._now(), "the platform that ran it was closed")
        except SQLAlchemyError as error:  # others find that its lease is over
            _logger.warning("the end of the sandboxes of this platform was not stored: %s", unwrap(error))

    def _join(self) -> None:
        with self._joining:
            if self._renew_at is None and self._database.is_shared:
                moment = self._now()
                with self._database.write_async_commit() as connection:
                    add_instance(connection, self.instance, moment)
                self._renew_at = moment + INSTANCE_LEASE_SECONDS / 3

    def _end_lost(self) -> None:
        """Find out which platforms have ended without a word, before something is said about their sandboxes."""
        if not self._database.is_shared:
            return
        moment = self._now()
        with self._database.read() as connection:
            is_needed = has_lost(connection, moment)
        if is_needed:
            with self._database.write_async_commit() as connection:
                end_lost_sandboxes(connection, moment)


def _record(row: Mapping[str, Any]) -> SandboxRecord:
    kept = {name: value for name, value in row.items() if name not in {"tenant_id", "facts"}}
    return SandboxRecord(**kept, facts=row["facts"] or {})
