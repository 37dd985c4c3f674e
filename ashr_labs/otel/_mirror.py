"""Copies of Ashr traces for an OpenTelemetry tracer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import time_ns
from typing import TYPE_CHECKING, Any

from opentelemetry.context import get_current
from opentelemetry.trace import Status, StatusCode, set_span_in_context

from .._gen_ai import generation_attributes, json_text, provider_of
from .._json import as_object
from ..spans import conventions as names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

    from ashr_labs_types import Observation, TracePayload

__all__ = ["Copy", "Mirror", "copies_of"]

_TOOL = "tool:"
_SCORE = "score:"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Copy:
    """A span to create from an observation."""

    name: str
    identifier: str
    parent: str | None
    started: int
    ended: int
    """Nanoseconds since 1970, as `started`."""
    attributes: dict[str, str | int | float]
    failure: str | None = None
    events: list[tuple[str, dict[str, str | float], int]] = field(default_factory=list[Any])


class Mirror:
    """Copies each trace to an OpenTelemetry tracer when it ends: `client.tracing.configure(mirror=Mirror(tracer))`.

    The copies have `gen_ai.*` attributes, the times of the originals, and masked content. They have ids of their own;
    `ashr_labs.trace_id` refers to the original, and `SpanProcessor` and `SpanExporter` ignore them. They are children
    of the OpenTelemetry span that was active when the trace was started.

    The copies are created in the thread that ends the trace, and exported by the provider of the tracer. No provider
    is set or changed.
    """

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def begin(self) -> tuple[int, Context]:
        """Return the time and the OpenTelemetry context in which a trace starts."""
        return time_ns(), get_current()

    def copy(self, trace: TracePayload, begun: tuple[int, Context]) -> None:
        """Copy a trace that has ended."""
        started, outer = begun
        contexts: dict[str | None, Context] = {}
        open_spans: list[tuple[Span, int]] = []
        for one in copies_of(trace, started, time_ns()):
            within = contexts.get(one.parent, contexts.get(None, outer))
            span = self._tracer.start_span(one.name, within, attributes=one.attributes, start_time=one.started)
            contexts[one.identifier or None] = set_span_in_context(span, outer)
            open_spans.append((span, one.ended))
            for name, attributes, moment in one.events:
                span.add_event(name, attributes, moment)
            if one.failure is not None:
                span.set_status(Status(StatusCode.ERROR, one.failure))
        for span, ended in reversed(open_spans):  # children first, as listeners expect
            span.end(ended)


def copies_of(trace: TracePayload, started: int, ended: int) -> list[Copy]:
    """Return the OpenTelemetry spans of a trace, parents before children. Pure.

    Args:
        trace: A trace as it is delivered.
        started: When it started, in nanoseconds since 1970.
        ended: When it ended.
    """
    mark = {names.MIRRORED: str(trace.get("id"))}
    root = Copy(trace["name"], "", None, started, ended, {**mark, **_about(trace)})
    output = as_object(trace.get("output")) or {}
    if [*output] == ["error"]:
        root.failure = str(output["error"])
    copies = {"": root}
    for observation in trace.get("observations", []):
        owner = copies.get(observation.get("parent_observation_id") or "", root)
        if observation["type"] == "event":
            owner.events.append((*_event(observation), _nanoseconds(observation, "start_time")))
        else:
            copies[observation["id"]] = _copy(observation, mark, ended)
    return list(copies.values())


def _copy(observation: Observation, mark: dict[str, str], ended: int) -> Copy:
    is_failed = observation.get("level") == "ERROR"
    return Copy(
        observation["name"],
        observation["id"],
        observation.get("parent_observation_id"),
        _nanoseconds(observation, "start_time"),
        _nanoseconds(observation, "end_time") if observation.get("end_time") else ended,
        {**mark, **_attributes(observation)},
        observation.get("status_message") or "" if is_failed else None,
    )


def _about(trace: TracePayload) -> dict[str, str | int]:
    generations = (one for one in trace.get("observations", []) if one["type"] == "generation")
    about: dict[str, str | int | None] = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.provider.name": provider_of(next(generations, None)),
        "gen_ai.agent.name": trace["name"],
        "gen_ai.conversation.id": trace.get("session_id"),
        "user.id": trace.get("user_id"),
        "ashr_labs.metadata": json_text(trace.get("metadata")),
        "ashr_labs.output": json_text(trace.get("output")),
    }
    return {name: value for name, value in about.items() if value is not None}


def _event(observation: Observation) -> tuple[str, dict[str, str | float]]:
    """Return the name and attributes of an event; a score is an evaluation result of the GenAI conventions."""
    name = observation["name"]
    contents: dict[str, str | float] = {**_contents(observation)}
    if not name.startswith(_SCORE):
        return name, contents
    score = as_object(observation.get("input")) or {}
    value, comment = score.get("value"), score.get("comment")
    contents["gen_ai.evaluation.name"] = name.removeprefix(_SCORE)
    if isinstance(value, int | float) and not isinstance(value, bool):
        contents["gen_ai.evaluation.score.value"] = float(value)
    elif value is not None:
        contents["gen_ai.evaluation.score.label"] = json_text(value) or ""
    if isinstance(comment, str):
        contents["gen_ai.evaluation.explanation"] = comment
    return "gen_ai.evaluation.result", contents


def _attributes(observation: Observation) -> dict[str, str | int | float]:
    given, came = json_text(observation.get("input")), json_text(observation.get("output"))
    name = observation["name"]
    found: dict[str, str | float | None] = {"ashr_labs.metadata": json_text(observation.get("metadata"))}
    if observation["type"] == "generation":
        found |= generation_attributes(observation)
    elif name.startswith(_TOOL):
        found |= {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": name.removeprefix(_TOOL),
            "gen_ai.tool.call.arguments": given,
            "gen_ai.tool.call.result": came,
        }
    else:
        kind = (as_object(observation.get("metadata")) or {}).get("kind")
        found |= {"ashr_labs.input": given, "ashr_labs.output": came}
        if isinstance(kind, str) and kind in names.SPAN_KINDS.values():
            found |= {"openinference.span.kind": kind.upper(), "gen_ai.operation.name": names.OPERATIONS.get(kind)}
    return {name: value for name, value in found.items() if value is not None}


def _contents(observation: Observation) -> dict[str, str]:
    values = {"input": json_text(observation.get("input")), "metadata": json_text(observation.get("metadata"))}
    return {f"ashr_labs.{name}": value for name, value in values.items() if value is not None}


def _nanoseconds(observation: Mapping[str, Any], name: str) -> int:
    return (datetime.fromisoformat(observation[name]) - _EPOCH) // timedelta(microseconds=1) * 1000
