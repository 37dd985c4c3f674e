"""What an operation is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from ..._time import isoformat
from ..settings import Settings
from ..store.schema import jobs
from ..store.writing import add_row

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ..keys import Caller, KeyRing
    from ..media import MediaLinks

__all__ = ["OPERATIONS", "Context", "Handler", "Operation", "Scope", "operation"]

Scope: TypeAlias = Literal["any", "read", "write", "admin"]
"""What a key must be allowed to do; `any` key will do."""


@dataclass(slots=True)
class Context:
    """What one call may use; its connection commits when the handler returns and rolls back when it raises."""

    connection: Connection
    caller: Caller
    keys: KeyRing
    moment: float
    """When the call began, in seconds since 1970."""
    links: MediaLinks
    origin: str = ""
    """Where the caller reaches the platform, such as `http://127.0.0.1:8787`."""
    settings: Settings = field(default_factory=Settings)
    enqueued: bool = False
    """Whether the call left work for the worker."""
    forwards: bool = False
    """Whether the call left something to be passed on."""

    @property
    def timestamp(self) -> str:
        """The same moment, as it is stored."""
        return isoformat(self.moment)

    def enqueue(self, kind: str, subject_id: int) -> None:
        """Leave work to be done after the commit; `kind` is one of `ashr_labs.local.jobs.handlers`."""
        job = {"kind": kind, "subject_id": subject_id, "created_at": self.timestamp, "attempts": 0}
        add_row(self.connection, jobs, job)
        self.enqueued = True


Handler: TypeAlias = Callable[[Context, Any], Mapping[str, Any]]
_H = TypeVar("_H", bound=Handler)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract as the platform answers it."""

    act: Handler
    writes: bool
    """Whether it changes something: it gets the writing connection, and an `Idempotency-Key` is honoured."""
    scope: Scope
    secret: bool
    """Whether its answer holds a secret that is shown once and never stored."""
    is_quick: bool
    """Whether it reads a row or two, so that handing it to a thread would take longer than doing it."""


OPERATIONS: dict[str, Operation] = {}


def operation(
    name: str, *, writes: bool = False, scope: Scope | None = None, secret: bool = False, is_quick: bool = False
) -> Callable[[_H], _H]:
    """Register the decorated function as the answer to `name`.

    It is given parameters that the contract allows, and returns the answer without its `status`. Without a
    `scope` it needs `write` or `read`, as it does.
    """

    def register(handler: _H) -> _H:
        OPERATIONS[name] = Operation(handler, writes, scope or ("write" if writes else "read"), secret, is_quick)
        return handler

    return register
