"""An ended OpenTelemetry span, as the mapping reads it: from the SDK or from OTLP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Event", "Span"]


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a span."""

    name: str
    time: int
    """Nanoseconds since 1970."""
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """An ended span; ids are in lower-case hexadecimal digits, times in nanoseconds since 1970."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: str
    """`INTERNAL`, `SERVER`, `CLIENT`, `PRODUCER` or `CONSUMER`."""
    start_time: int
    end_time: int | None
    attributes: Mapping[str, Any]
    events: Sequence[Event]
    links: Sequence[str]
    """Linked spans, as `trace_id-span_id`."""
    status: str
    """`UNSET`, `OK` or `ERROR`."""
    status_message: str | None
    scope: str
    """The name of the instrumentation; empty if it has none."""
    resource: Mapping[str, Any]
