"""The registry of operations and the context that they run in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ..._time import isoformat
from ..exchange import Attachment
from ..jobs.queue import enqueue
from ..settings import Settings
from ..store.raw_json import RawJSON
from ..streams import Download, Follow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ..cursors import CursorKey, Cursors
    from ..hosting.sessions import Hosting
    from ..keys import APIKeys, Principal
    from ..media import MediaLinks
    from ..sandboxes import Sandboxes
    from ..sealing import Sealing
    from ..store.engine import Database

__all__ = [
    "OPERATIONS",
    "Context",
    "Handler",
    "LongContext",
    "LongHandler",
    "Operation",
    "Preparation",
    "Result",
    "long_operation",
    "operation",
]


@dataclass
class Context:
    """The context of one call; its connection commits when the handler returns and rolls back when it raises."""

    connection: Connection
    principal: Principal
    keys: APIKeys
    moment: float
    """The time of the call, in seconds since the epoch."""
    links: MediaLinks
    cursor_key: CursorKey
    sealing: Sealing
    """Encrypts what is stored."""
    origin: str = ""
    """Scheme and host by which the client reaches the platform, such as `http://127.0.0.1:8787`."""
    settings: Settings = field(default_factory=Settings)
    enqueued: set[str] = field(default_factory=set[str])
    """The kinds of jobs that the call has enqueued."""

    @cached_property
    def timestamp(self) -> str:
        """The time of the call, as it is stored."""
        return isoformat(self.moment)

    def cursors(self, name: str) -> Cursors:
        """Return the cursors of a list of the tenant, by the name of its operation."""
        return self.cursor_key.of_list(self.principal.tenant_id, name)

    def enqueue(self, kind: str, subject: int | str, *, after: float = 0.0) -> None:
        """Enqueue a job that runs after the commit, or some seconds later; `ashr_labs.local.jobs` defines the kinds."""
        due_at = isoformat(self.moment + after)
        enqueue(self.connection, kind, self.principal.tenant_id, str(subject), due_at)
        self.enqueued.add(kind)


@dataclass(frozen=True, slots=True)
class LongContext:
    """The context of a call that takes long: it has no transaction, in which others would wait, but opens its own."""

    database: Database
    principal: Principal
    moment: float
    """The time of the call, in seconds since the epoch."""
    sandboxes: Sandboxes
    hosting: Hosting
    cursor_key: CursorKey
    sealing: Sealing
    """Encrypts what is stored."""
    settings: Settings = field(default_factory=Settings)

    def cursors(self, name: str) -> Cursors:
        """Return the cursors of a list of the tenant, by the name of its operation."""
        return self.cursor_key.of_list(self.principal.tenant_id, name)


Result: TypeAlias = Mapping[str, Any] | Sequence[Any] | RawJSON | Attachment | Download | Follow | None
"""The answer of a handler: JSON, bytes at once or in parts, a stream of events, or nothing."""
Handler: TypeAlias = Callable[[Context, Any], Result]
LongHandler: TypeAlias = Callable[[LongContext, Any], Result]
Preparation: TypeAlias = Callable[[Any], Any]
_H = TypeVar("_H", bound=Handler)
_L = TypeVar("_L", bound=LongHandler)


@dataclass(frozen=True, slots=True)
class Operation:
    """The implementation of an operation of the contract."""

    act: Handler | None
    """Runs it in a transaction; None if it is long."""
    writes: bool
    """Whether it gets a writing connection and honours `Idempotency-Key`."""
    secret: bool
    """Whether its response holds a secret that is shown once and not stored."""
    is_quick: bool
    """Whether it reads a row or two, which takes less time than handing it to a thread."""
    prepare: Preparation | None = None
    """Converts the parameters before the transaction, in which other calls would wait for it."""
    act_long: LongHandler | None = None
    """Runs it without a transaction, in a thread of its own."""


OPERATIONS: dict[str, Operation] = {}


def operation(
    name: str,
    *,
    writes: bool = False,
    secret: bool = False,
    is_quick: bool = False,
    prepare: Preparation | None = None,
) -> Callable[[_H], _H]:
    """Register the decorated function as the handler of `name`.

    It gets the validated and prepared parameters, those of path, query and body in one object. For a call it returns
    the response without `status`; for a resource an object, a list, an `Attachment`, a `Download`, a `Follow` for a
    stream of events, or None where the contract documents no content. A body that is not JSON is in `body` (bytes), the
    files of a form are `Upload` objects.
    """

    def register(handler: _H) -> _H:
        OPERATIONS[name] = Operation(handler, writes, secret, is_quick, prepare)
        return handler

    return register


def long_operation(name: str, *, writes: bool = False) -> Callable[[_L], _L]:
    """Register the decorated function as the handler of `name`, which may take minutes; otherwise as `operation`."""

    def register(handler: _L) -> _L:
        OPERATIONS[name] = Operation(None, writes=writes, secret=False, is_quick=False, act_long=handler)
        return handler

    return register
