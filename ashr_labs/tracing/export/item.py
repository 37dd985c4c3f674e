"""One trace on its way to the platform."""

from __future__ import annotations

import json
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ashr_labs_types import TracePayload

    from .delivery import Delivery
    from .spool import Place

__all__ = ["Parcel", "cut_down", "rough_size"]

_CONTENT_FIELDS = ("input", "output", "metadata")
_SMALL = 2_000
_SIZED = {str, list, dict}


class Parcel:
    """A trace that has ended; it is written out by the worker, not by the thread that ended it."""

    __slots__ = (
        "_write",
        "content",
        "delivery",
        "ended",
        "holds_memory",
        "identifier",
        "is_cut",
        "is_settled",
        "number",
        "place",
        "size",
    )

    def __init__(self, identifier: str, delivery: Delivery, write: Callable[[], TracePayload], size: int) -> None:
        self.identifier = identifier
        self.delivery: Delivery | None = delivery
        self._write: Callable[[], TracePayload] | None = write
        self.size = size
        """Bytes of memory that it takes, estimated until it is written out."""
        self.ended = monotonic()
        self.number = 0
        self.content: bytes | None = None
        self.place: Place | None = None
        self.holds_memory = True
        self.is_cut = False
        self.is_settled = False

    @classmethod
    def inherited(cls, place: Place, number: int) -> Parcel:
        """Return the trace of a process that is no more."""
        parcel = object.__new__(cls)
        parcel.identifier, parcel.place = place.identifier, place
        parcel.delivery = parcel.content = parcel._write = None
        parcel.size, parcel.number = 0, number
        parcel.ended = monotonic()
        parcel.holds_memory = parcel.is_cut = parcel.is_settled = False
        return parcel

    def __lt__(self, other: Parcel) -> bool:
        return self.number < other.number

    def write(self) -> None:
        """Write the request out, unless that is done."""
        if self._write is not None:
            write, self._write = self._write, None
            request = {"function": "ingest_observability_trace", "trace": write()}
            self.content = json.dumps(request, separators=(",", ":")).encode()

    def read(self) -> bytes:
        """Return the request."""
        if self.content is None and self.place is not None:
            return self.place.read()
        return self.content or b""

    def cut(self) -> bool:
        """Replace large values, once, and tell whether there is any use in sending it again."""
        smaller = cut_down(self.read())
        if self.is_cut or smaller is None:
            return False
        self.is_cut, self.content = True, smaller
        return True

    def settle(self, answer: Mapping[str, Any]) -> None:
        """Say what became of it."""
        self.is_settled = True
        self.content = self._write = None
        if self.delivery is not None:
            self.delivery.settle(answer)


def cut_down(content: bytes) -> bytes | None:
    """Return a request with its large values replaced by a marker that gives their size; None if there are none."""
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


def rough_size(value: Any) -> int:
    """Estimate the bytes of a converted value, without looking deeper than two levels."""
    held: dict[str, Any] = value
    items: list[Any] = value
    if type(value) is str:
        return len(value)
    if type(value) is dict:
        return 20 + sum(50 + (len(item) if type(item) in _SIZED else 0) for item in held.values())
    if type(value) is list:
        return 50 * len(items)
    return 10
