"""An ended trace in the queue, and the result of its export."""

from __future__ import annotations

import json
from collections.abc import Mapping
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from ashr_labs_types import TracePayload

    from .spool import SpoolRecord

__all__ = ["ExportResult", "QueuedTrace", "Unfinished", "truncate_payload"]

_CONTENT_FIELDS = ("input", "output", "metadata")
_SMALL = 2_000
_POLL_INTERVAL = 0.002
_PENDING: dict[str, Any] = {
    "status": "error",
    "message": "The trace has not been delivered yet; it is kept and will be sent again.",
}


class ExportResult(Mapping[str, Any]):
    """The platform's response to a trace: a mapping whose reads wait for it, for a limited time after the trace's end.

    In asynchronous code `await` it instead: `answer = await trace.end()`.
    """

    __slots__ = ("_answer", "_deadline", "_done", "_wake")

    def __init__(self) -> None:
        self._answer: Mapping[str, Any] | None = None
        self._deadline = 0.0
        self._done = Event()
        self._wake: Callable[[], None] | None = None

    def begin(self, timeout: float, wake: Callable[[], None]) -> None:
        """Let reads wait for `timeout` seconds from now on; the first one calls `wake`."""
        self._deadline = monotonic() + timeout
        self._wake = wake

    @property
    def is_done(self) -> bool:
        """Whether the response is available."""
        return self._answer is not None

    def resolve(self, answer: Mapping[str, Any]) -> None:
        """Set the response; only the first call has an effect."""
        if self._answer is None:
            self._answer = answer
            self._done.set()

    def wait(self) -> Mapping[str, Any]:
        """Wait for the response and return it, or an error if the trace is still queued."""
        if self._answer is None:
            if self._wake is not None:
                self._wake()
            self._done.wait(max(0.0, self._deadline - monotonic()))
        return self._answer or _PENDING

    def __getitem__(self, key: str) -> Any:
        return self.wait()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.wait())

    def __len__(self) -> int:
        return len(self.wait())

    def __await__(self) -> Generator[Any, None, Mapping[str, Any]]:
        return self._wait_async().__await__()

    async def _wait_async(self) -> Mapping[str, Any]:
        import asyncio  # noqa: PLC0415 - loaded already where this is called, and slow to load elsewhere

        while self._answer is None and monotonic() < self._deadline:
            await asyncio.sleep(_POLL_INTERVAL)
        return self._answer or _PENDING

    def __repr__(self) -> str:
        return "<ExportResult pending>" if self._answer is None else repr(dict(self._answer))


class QueuedTrace:
    """A trace on its way to the platform; it is serialized by the worker, not by the thread that ended it.

    Args:
        identifier: The idempotency key of the request, and the name of the record on disk.
        result: Resolved with the platform's response.
        serialize: Returns the trace.
        size: Estimated bytes of memory.
        unfinished: Whether the trace has not ended, and is exported as far as it is recorded.
    """

    __slots__ = (
        "_serialize",
        "content",
        "ended",
        "holds_memory",
        "identifier",
        "is_done",
        "is_recovered",
        "is_truncated",
        "record",
        "result",
        "sequence",
        "size",
        "unfinished",
    )

    def __init__(
        self,
        identifier: str,
        result: ExportResult | None,
        serialize: Callable[[], TracePayload],
        size: int,
        *,
        unfinished: bool = False,
    ) -> None:
        self.identifier = identifier
        self.result = result
        self._serialize: Callable[[], TracePayload] | None = serialize
        self.size = size
        """Bytes of memory, estimated until the trace is serialized."""
        self.unfinished = unfinished
        self.ended = monotonic()
        self.sequence = 0
        self.content: bytes | None = None
        self.record: SpoolRecord | None = None
        self.holds_memory = True
        self.is_truncated = self.is_done = self.is_recovered = False

    @classmethod
    def recovered(cls, record: SpoolRecord, sequence: int) -> QueuedTrace:
        """Return an item for a trace in a dead process's spool."""
        item = object.__new__(cls)
        item.identifier, item.record = record.identifier, record
        item.result = item.content = item._serialize = None
        item.size, item.sequence = 0, sequence
        item.ended = monotonic()
        item.holds_memory = item.is_truncated = item.is_done = item.unfinished = False
        item.is_recovered = True
        return item

    def __lt__(self, other: QueuedTrace) -> bool:
        return self.sequence < other.sequence

    def serialize(self) -> None:
        """Serialize the request, unless that is done."""
        if self._serialize is not None:
            serialize, self._serialize = self._serialize, None
            request = {"function": "ingest_observability_trace", "trace": serialize()}
            self.content = json.dumps(request, separators=(",", ":")).encode()

    def read(self) -> bytes:
        """Return the request, from memory or from disk; OSError if it cannot be read back."""
        if self.content is None and self.record is not None:
            return self.record.read()
        return self.content or b""

    def truncate(self) -> bool:
        """Replace large values by markers, once; return True if the trace is worth sending again."""
        smaller = truncate_payload(self.read())
        if self.is_truncated or smaller is None:
            return False
        self.is_truncated, self.content = True, smaller
        return True

    def resolve(self, answer: Mapping[str, Any]) -> None:
        """Finish with the platform's response, or with an error."""
        self.is_done = True
        self.content = self._serialize = None
        if self.result is not None:
            self.result.resolve(answer)


class Unfinished(Protocol):
    """A trace that may not have ended."""

    def unfinished(self) -> QueuedTrace | None:
        """Return an item with everything that is recorded so far, or None if the trace has ended."""
        ...


def truncate_payload(content: bytes) -> bytes | None:
    """Return a request whose large values are replaced by markers with their sizes; None if there are none."""
    request: dict[str, Any] = json.loads(content)
    trace = request["trace"]
    found = False
    for part in [trace, *trace["observations"]]:
        for name in _CONTENT_FIELDS:
            size = len(json.dumps(part.get(name)))
            if size > _SMALL:
                found = True
                marker = f"<cut, {size} characters>"
                part[name] = {"value": marker} if name == "metadata" else marker
    return json.dumps(cast("object", request), separators=(",", ":")).encode() if found else None
