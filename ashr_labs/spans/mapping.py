"""Conversion of ended OpenTelemetry spans to an Ashr trace, wherever the spans come from. Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from .._json import as_object, parsed_json
from .._serialize import as_text, json_object, masked, optional_text, text_list, to_json
from .._time import isoformat_ns
from ..pricing import observation_usage
from . import conventions as names
from .content import first, first_chunk, input_of, is_content, kind_of, output_of, remaining, span_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ashr_labs_types import Observation, TracePayload

    from .span import Event, Span

__all__ = ["head_of", "identifier_of", "is_of_an_agent", "observations_of", "told_events", "trace_of"]

_SDK_ATTRIBUTES = "telemetry.sdk."
_EXCEPTION = "exception"
_SCORE = "gen_ai.evaluation.result"


def is_of_an_agent(attributes: Iterable[str]) -> bool:
    """Return True if names of attributes are of the GenAI conventions or of OpenInference."""
    return any(name.startswith(names.AGENT_PREFIXES) for name in attributes)


def identifier_of(spans: Sequence[Span]) -> str:
    """Return the id of the trace that the spans become.

    It is the id of their OpenTelemetry trace if they include its root. Other parts of that trace (from another service,
    or ended after the rest was delivered) get an id of their own, as the platform keeps one trace per id.
    """
    head = head_of(spans)
    return head.trace_id if head.parent_id is None else f"{head.trace_id}-{head.span_id}"


def trace_of(spans: Sequence[Span], mask: Callable[[Any], Any] | None = None) -> TracePayload:
    """Convert ended spans of one OpenTelemetry trace.

    Args:
        spans: At least one span, in any order.
        mask: Applied to inputs, outputs, metadata and messages.
    """
    head = head_of(spans)
    ordered = sorted(spans, key=lambda span: span.start_time)
    everywhere = [head.attributes, *(span.attributes for span in ordered)]
    payload: TracePayload = {
        "id": identifier_of(spans),
        "name": head.name,
        "user_id": optional_text(_first_of(everywhere, names.USERS)),
        "session_id": optional_text(_first_of(everywhere, names.SESSIONS)),
        "metadata": json_object(masked(to_json(_about(head)), mask)),
        "tags": text_list(masked(to_json(_first_of(everywhere, (names.TAGS,))), mask)),
        "observations": [found for span in ordered for found in observations_of(span, mask)],
    }
    output = output_of(head.attributes, head.events)
    if output is not None:
        payload["output"] = masked(to_json(output), mask)
    return payload


def head_of(spans: Sequence[Span]) -> Span:
    """Return the root, or the first span whose parent is not among the spans."""
    inside = {span.span_id for span in spans}
    heads = [span for span in spans if span.parent_id is None or span.parent_id not in inside]
    return min(heads or spans, key=lambda span: (span.parent_id is not None, span.start_time, span.span_id))


def _first_of(everywhere: Sequence[Mapping[str, Any]], candidates: Sequence[str]) -> Any:
    return next((found for one in everywhere if (found := first(one, candidates)) is not None), None)


def _about(head: Span) -> dict[str, Any] | None:
    """Return the metadata of the trace: its resource and its remote parent."""
    resource = {name: value for name, value in head.resource.items() if not name.startswith(_SDK_ATTRIBUTES)}
    about: dict[str, Any] = {"resource": resource} if resource else {}
    if head.parent_id is not None:
        about |= {"parent_trace_id": head.trace_id, "parent_span_id": head.parent_id}
    return about or None


def observations_of(span: Span, mask: Callable[[Any], Any] | None = None) -> list[Observation]:
    """Return a span and its events as observations, the span first."""
    told = told_events(span)
    return [_observation(span, mask), *(_event(span, number, event, mask) for number, event in enumerate(told))]


def told_events(span: Span) -> list[Event]:
    """Return the events of a span that become observations: not exceptions, nor parts of messages."""
    return [event for event in span.events if event.name != _EXCEPTION and not is_content(event)]


def _observation(span: Span, mask: Callable[[Any], Any] | None) -> Observation:
    attributes = span.attributes
    kind = kind_of(attributes)
    message = _failure(span)
    observation: Observation = {
        "id": span.span_id,
        "type": "generation" if kind == "generation" else "span",
        "name": _tool_name(span) if kind == "tool" else span.name,
        "parent_observation_id": span.parent_id,
        "start_time": isoformat_ns(span.start_time),
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
    asked = as_object(parsed_json(str(attributes.get(names.INVOCATION)))) or {}
    model = asked.get("model") or first(attributes, names.MODELS)
    if model is not None:
        observation["model"] = as_text(model)
    given = {name: value for name, value in attributes.items() if name in names.USAGE or name == names.TOTAL_TOKENS}
    if usage := observation_usage(given):
        observation["usage"] = usage


def _event(span: Span, number: int, event: Event, mask: Callable[[Any], Any] | None) -> Observation:
    attributes = event.attributes
    observation: Observation = {
        "id": hashlib.blake2b(f"{span.span_id}/{number}".encode(), digest_size=8).hexdigest(),
        "type": "event",
        "name": event.name,
        "parent_observation_id": span.span_id,
        "start_time": isoformat_ns(event.time),
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


def _tool_name(span: Span) -> str:
    name = first(span.attributes, names.TOOL_NAMES)
    return f"tool:{span.name.removeprefix('execute_tool ') if name is None else name}"


def _failure(span: Span) -> str | None:
    """Return the error message of a span, or None if it did not fail."""
    errors = [event.attributes for event in span.events if event.name == _EXCEPTION]
    if span.status == "OK" or (span.status == "UNSET" and not errors):
        return None
    last: Mapping[str, Any] = errors[-1] if errors else {}
    kind = str(last.get("exception.type") or span.attributes.get("error.type") or "").rpartition(".")[2]
    message = span.status_message or str(last.get("exception.message") or "")
    if not message:
        return kind or "error"
    return f"{kind}: {message}" if kind.isidentifier() and not message.startswith(kind) else message


def _metadata(span: Span) -> dict[str, Any] | None:
    found = remaining(span.attributes)
    if (moment := first_chunk(span.events)) is not None:
        found.setdefault(names.FIRST_CHUNK, (moment - span.start_time) / 1e9)
    if kind := span_kind(span.attributes):
        found["kind"] = kind
    if span.scope:
        found["otel.scope.name"] = span.scope
    if span.kind != "INTERNAL":
        found["otel.kind"] = span.kind
    errors = [dict(event.attributes) for event in span.events if event.name == _EXCEPTION]
    if errors:
        found["exceptions"] = errors
    if span.links:
        found["links"] = list(span.links)
    return found or None
