"""Conversion of ended OpenTelemetry spans to an Ashr trace. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from .._time import isoformat_ns
from ..pricing import observation_usage
from ..tracing.payload import masked
from ..tracing.serialize import as_text, json_object, optional_text, text_list, to_json
from . import _conventions as names
from ._content import first, input_of, is_content, kind_of, output_of, remaining, span_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from opentelemetry.sdk.trace import Event, ReadableSpan

    from ashr_labs_types import Observation, TracePayload

__all__ = ["identifier_of", "is_of_an_agent", "observations_of", "span_id", "trace_id", "trace_of"]

_SDK_ATTRIBUTES = "telemetry.sdk."
_EXCEPTION = "exception"
_SCORE = "gen_ai.evaluation.result"


def trace_id(span: ReadableSpan) -> int:
    """Return the trace id of a span as an integer, or 0."""
    context = span.get_span_context()
    return 0 if context is None else context.trace_id


def span_id(span: ReadableSpan) -> int:
    """Return the id of a span as an integer, or 0."""
    context = span.get_span_context()
    return 0 if context is None else context.span_id


def is_of_an_agent(span: ReadableSpan) -> bool:
    """Return True if a span has attributes of the GenAI conventions or of OpenInference."""
    return any(name.startswith(names.AGENT_PREFIXES) for name in span.attributes or ())


def identifier_of(spans: Sequence[ReadableSpan]) -> str:
    """Return the id of the trace that the spans become.

    It is the id of their OpenTelemetry trace if they include its root. Other parts of that trace (from another service,
    or ended after the rest was delivered) get an id of their own, as the platform keeps one trace per id.
    """
    head = head_of(spans)
    whole = f"{trace_id(head):032x}"
    return whole if head.parent is None else f"{whole}-{span_id(head):016x}"


def trace_of(spans: Sequence[ReadableSpan], mask: Callable[[Any], Any] | None = None) -> TracePayload:
    """Convert ended spans of one OpenTelemetry trace.

    Args:
        spans: At least one span, in any order.
        mask: Applied to inputs, outputs, metadata and messages.
    """
    head = head_of(spans)
    ordered = sorted(spans, key=lambda span: span.start_time or 0)
    everywhere = [head.attributes or {}, *(span.attributes or {} for span in ordered)]
    payload: TracePayload = {
        "id": identifier_of(spans),
        "name": head.name,
        "user_id": optional_text(_first_of(everywhere, names.USERS)),
        "session_id": optional_text(_first_of(everywhere, names.SESSIONS)),
        "metadata": json_object(masked(to_json(_about(head)), mask)),
        "tags": text_list(masked(to_json(_first_of(everywhere, (names.TAGS,))), mask)),
        "observations": [found for span in ordered for found in observations_of(span, mask)],
    }
    output = output_of(head.attributes or {}, head.events)
    if output is not None:
        payload["output"] = masked(to_json(output), mask)
    return payload


def head_of(spans: Sequence[ReadableSpan]) -> ReadableSpan:
    """Return the root, or the first span whose parent is not among the spans."""
    inside = {span_id(span) for span in spans}
    heads = [span for span in spans if span.parent is None or span.parent.span_id not in inside]
    return min(heads or spans, key=lambda span: (span.parent is not None, span.start_time or 0, span_id(span)))


def _first_of(everywhere: Sequence[Mapping[str, Any]], candidates: Sequence[str]) -> Any:
    return next((found for one in everywhere if (found := first(one, candidates)) is not None), None)


def _about(head: ReadableSpan) -> dict[str, Any] | None:
    """Return the metadata of the trace: its resource and its remote parent."""
    resource = {name: value for name, value in head.resource.attributes.items() if not name.startswith(_SDK_ATTRIBUTES)}
    about: dict[str, Any] = {"resource": resource} if resource else {}
    if head.parent is not None:
        about |= {"parent_trace_id": f"{trace_id(head):032x}", "parent_span_id": f"{head.parent.span_id:016x}"}
    return about or None


def observations_of(span: ReadableSpan, mask: Callable[[Any], Any] | None = None) -> list[Observation]:
    """Return a span and its events as observations, the span first."""
    told = [event for event in span.events if event.name != _EXCEPTION and not is_content(event)]
    return [_observation(span, mask), *(_event(span, number, event, mask) for number, event in enumerate(told))]


def _observation(span: ReadableSpan, mask: Callable[[Any], Any] | None) -> Observation:
    attributes = span.attributes or {}
    kind = kind_of(attributes)
    message = _failure(span)
    observation: Observation = {
        "id": f"{span_id(span):016x}",
        "type": "generation" if kind == "generation" else "span",
        "name": _tool_name(span) if kind == "tool" else span.name,
        "parent_observation_id": None if span.parent is None else f"{span.parent.span_id:016x}",
        "start_time": isoformat_ns(span.start_time or 0),
        "input": masked(to_json(input_of(attributes, span.events)), mask),
        "metadata": json_object(masked(to_json(_metadata(span)), mask)),
        "level": None if message is None else "ERROR",
    }
    if span.end_time is not None:
        observation["end_time"] = isoformat_ns(span.end_time)
    output = output_of(attributes, span.events)
    if output is not None:
        observation["output"] = masked(to_json(output), mask)
    if message is not None:
        observation["status_message"] = as_text(masked(to_json(message), mask))
    if kind == "generation":
        _add_call(observation, attributes)
    return observation


def _add_call(observation: Observation, attributes: Mapping[str, Any]) -> None:
    model = first(attributes, names.MODELS)
    if model is not None:
        observation["model"] = as_text(model)
    given = {name: value for name, value in attributes.items() if name in names.USAGE or name == names.TOTAL_TOKENS}
    if usage := observation_usage(given):
        observation["usage"] = usage


def _event(span: ReadableSpan, number: int, event: Event, mask: Callable[[Any], Any] | None) -> Observation:
    attributes = event.attributes or {}
    observation: Observation = {
        "id": hashlib.blake2b(f"{span_id(span)}/{number}".encode(), digest_size=8).hexdigest(),
        "type": "event",
        "name": event.name,
        "parent_observation_id": f"{span_id(span):016x}",
        "start_time": isoformat_ns(event.timestamp or 0),
        "input": masked(to_json(dict(attributes) or None), mask),
        "metadata": None,
        "level": None,
    }
    if event.name == _SCORE:
        value = first(attributes, ("gen_ai.evaluation.score.value", "gen_ai.evaluation.score.label"))
        comment = attributes.get("gen_ai.evaluation.explanation")
        observation["name"] = f"score:{attributes.get('gen_ai.evaluation.name')}"
        observation["input"] = masked(to_json({"value": value, "comment": comment}), mask)
    return observation


def _tool_name(span: ReadableSpan) -> str:
    name = first(span.attributes or {}, names.TOOL_NAMES)
    return f"tool:{span.name.removeprefix('execute_tool ') if name is None else name}"


def _failure(span: ReadableSpan) -> str | None:
    """Return the error message of a span, or None if it did not fail."""
    status = span.status.status_code.name
    errors = [event.attributes or {} for event in span.events if event.name == _EXCEPTION]
    if status == "OK" or (status == "UNSET" and not errors):
        return None
    last = errors[-1] if errors else {}
    described = ": ".join(str(last[part]) for part in ("exception.type", "exception.message") if last.get(part))
    return span.status.description or described or str((span.attributes or {}).get("error.type", "error"))


def _metadata(span: ReadableSpan) -> dict[str, Any] | None:
    found = remaining(span.attributes or {})
    if kind := span_kind(span.attributes or {}):
        found["kind"] = kind
    if span.instrumentation_scope is not None and span.instrumentation_scope.name:
        found["otel.scope.name"] = span.instrumentation_scope.name
    if span.kind.name != "INTERNAL":
        found["otel.kind"] = span.kind.name
    errors = [dict(event.attributes or {}) for event in span.events if event.name == _EXCEPTION]
    if errors:
        found["exceptions"] = errors
    if span.links:
        found["links"] = [f"{link.context.trace_id:032x}-{link.context.span_id:016x}" for link in span.links]
    return found or None
