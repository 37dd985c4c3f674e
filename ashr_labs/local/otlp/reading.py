"""Spans of an OTLP request, and which of them are refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ..._format import counted, one_line, truncate
from ...spans import conventions as names
from ...spans.span import Event, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
    from opentelemetry.proto.trace.v1 import trace_pb2

__all__ = ["MAX_ATTRIBUTES", "Reading", "read_spans"]

MAX_ATTRIBUTES: Final = 10_000
"""Of a span with its events; longer values are cut when they are stored."""
_TRACE_ID_BYTES: Final = 16
_SPAN_ID_BYTES: Final = 8
_KINDS: Final = ("INTERNAL", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER")
_STATUSES: Final = ("UNSET", "OK", "ERROR")
_NANOSECONDS: Final = 1_000_000_000
_YEAR_2000: Final = 946_684_800 * _NANOSECONDS
_DAY: Final = 86_400 * _NANOSECONDS
_SHOWN: Final = 3
"""Messages in a response; the others are counted."""
_MAX_NAME: Final = 60


@dataclass(slots=True)
class Reading:
    """The spans of a request."""

    spans: list[Span] = field(default_factory=list[Span])
    refused: list[str] = field(default_factory=list[str])
    """A message for each span that is refused."""

    def message(self, *, now: float) -> str:
        """Return a message about refused spans and wrong clocks, on one line; empty if there are none.

        Args:
            now: Seconds since 1970; clocks that are more than a day ahead, or before 2000, are reported.
        """
        latest = int(now * _NANOSECONDS) + _DAY
        clocks = [
            f"{_label(span.name, span.span_id)} says {span.start_time} nanoseconds since 1970"
            for span in self.spans
            if not _YEAR_2000 <= span.start_time <= latest
        ]
        refused = [f"{counted(len(self.refused), 'span')} refused: {_listed(self.refused)}"] if self.refused else []
        wrong = [f"check the clock of {counted(len(clocks), 'span')}: {_listed(clocks)}"] if clocks else []
        return "; ".join([*refused, *wrong])


def read_spans(request: ExportTraceServiceRequest) -> Reading:
    """Read the spans of a request. Pure.

    Copies of traces that this package made for OpenTelemetry are left out: the originals arrive by themselves.
    """
    reading = Reading()
    for resource_spans in request.resource_spans:
        resource = _attributes(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                _read(span, scope_spans.scope.name, resource, reading)
    return reading


def _read(span: trace_pb2.Span, scope: str, resource: dict[str, Any], into: Reading) -> None:
    if (fault := _fault(span)) is not None:
        into.refused.append(f"{_label(span.name, span.span_id.hex())}: {fault}")
        return
    taken = _span(span, scope, resource)
    if names.MIRRORED not in taken.attributes:
        into.spans.append(taken)


def _fault(span: trace_pb2.Span) -> str | None:
    """Return why a span is refused, or None."""
    for name, value, size in (("trace_id", span.trace_id, _TRACE_ID_BYTES), ("span_id", span.span_id, _SPAN_ID_BYTES)):
        if len(value) != size or not any(value):
            return f"`{name}` must be {size} bytes ({2 * size} hexadecimal digits in JSON), not all of them zero"
    if len(span.parent_span_id) not in {0, _SPAN_ID_BYTES}:
        return f"`parent_span_id` must be {_SPAN_ID_BYTES} bytes or empty, got {len(span.parent_span_id)}"
    if not span.start_time_unix_nano:
        return "`start_time_unix_nano` must be given"
    attributes = len(span.attributes) + sum(len(event.attributes) for event in span.events)
    if attributes > MAX_ATTRIBUTES:
        return f"a span must have at most {MAX_ATTRIBUTES:,} attributes, got {attributes:,}"
    return None


def _span(span: trace_pb2.Span, scope: str, resource: dict[str, Any]) -> Span:
    parent = span.parent_span_id
    return Span(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=parent.hex() if any(parent) else None,
        name=span.name,
        kind=_named(_KINDS, span.kind),
        start_time=span.start_time_unix_nano,
        end_time=span.end_time_unix_nano or None,
        attributes=_attributes(span.attributes),
        events=[Event(event.name, event.time_unix_nano, _attributes(event.attributes)) for event in span.events],
        links=[f"{link.trace_id.hex()}-{link.span_id.hex()}" for link in span.links],
        status=_named(_STATUSES, span.status.code),
        status_message=span.status.message or None,
        scope=scope,
        resource=resource,
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    """Return a value as Python has it; messages are at most 100 levels deep."""
    match value.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return [_value(item) for item in value.array_value.values]
        case "kvlist_value":
            return _attributes(value.kvlist_value.values)
        case kind:
            return getattr(value, kind)


def _named(known: tuple[str, ...], number: int) -> str:
    """Return the name of an enumeration's member; of the first one for numbers of a newer protocol."""
    return known[number] if 0 <= number < len(known) else known[0]


def _label(name: str, span_id: str) -> str:
    return f"{truncate(one_line(name), _MAX_NAME)!a} ({span_id[: 2 * _SPAN_ID_BYTES]})"


def _listed(messages: list[str]) -> str:
    more = len(messages) - _SHOWN
    return ", ".join([*messages[:_SHOWN], *([f"and {more:,} more"] if more > 0 else [])])
