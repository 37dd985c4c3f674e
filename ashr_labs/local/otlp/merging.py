"""Traces of OpenTelemetry in parts: the spans of one trace arrive in any order, in any number of requests. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...spans.mapping import trace_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ashr_labs_types import Observation, TracePayload

    from ...spans.span import Span

__all__ = ["merged", "parts_of"]


def parts_of(spans: Iterable[Span]) -> dict[str, TracePayload]:
    """Return the traces of spans by id, which is the one of OpenTelemetry whether the root is among them or not."""
    groups: dict[str, list[Span]] = {}
    for span in spans:
        groups.setdefault(span.trace_id, []).append(span)
    return {identifier: {**trace_of(group), "id": identifier} for identifier, group in groups.items()}


def merged(held: TracePayload, part: TracePayload) -> TracePayload:
    """Return a trace with the spans of a part; those with the same id are replaced.

    The fields of the trace are those of the side that has its root, as if all spans had come at once.
    """
    added = _by_id(part)
    observations = _by_id(held) | added
    head = _head(observations.values())
    winner, other = (part, held) if head is not None and head["id"] in added else (held, part)
    trace: TracePayload = {
        **winner,
        "user_id": winner.get("user_id") or other.get("user_id"),
        "session_id": winner.get("session_id") or other.get("session_id"),
        "tags": winner.get("tags") or other.get("tags") or [],
        "observations": _ordered(observations.values()),
    }
    return trace


def _by_id(trace: TracePayload) -> dict[str, Observation]:
    return {one["id"]: one for one in trace.get("observations") or []}


def _head(observations: Iterable[Observation]) -> Observation | None:
    """Return the root, or the first span whose parent is not there; None without spans."""
    spans = {one["id"]: one for one in observations if one["type"] != "event"}
    heads = [one for one in spans.values() if one.get("parent_observation_id") not in spans]
    return min(heads or spans.values(), key=_rank, default=None)


def _rank(span: Observation) -> tuple[bool, str, str]:
    return span.get("parent_observation_id") is not None, span.get("start_time") or "", span["id"]


def _ordered(observations: Iterable[Observation]) -> list[Observation]:
    """Return spans by their start, each followed by its events."""
    spans: list[Observation] = []
    events: dict[Any, list[Observation]] = {}
    for one in observations:
        if one["type"] == "event":
            events.setdefault(one.get("parent_observation_id"), []).append(one)
        else:
            spans.append(one)
    spans.sort(key=_start)
    found = [one for span in spans for one in (span, *events.pop(span["id"], ()))]
    return [*found, *(one for rest in events.values() for one in rest)]


def _start(span: Observation) -> str:
    return span.get("start_time") or ""
