"""Observed runs: what the agent records while it plays a scenario belongs to the test."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .._json import as_object
from ..pricing import usage_of_observation
from ..run_builder.records import total_usage
from ..scenarios.tool_calls import CallRecord
from ..tracing.local_trace import LocalTrace, deliver_trace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ashr_labs_types import Observation, TokenUsage, TracePayload

    from ..run_builder.records import TestRecord
    from ..tracing.context import TracingHandle
    from .agents import ParsedReply

__all__ = [
    "CallsFrom",
    "ObservedScenario",
    "calls_of_spans",
    "deliver_test",
    "joined_calls",
    "usage_of_spans",
]

CallsFrom: TypeAlias = Literal["auto", "reply", "spans"]
"""The source of an agent's tool calls: `reply` and `spans` are one of them; `auto` is the reply if it has calls."""

_TOOL = "tool:"
"""Prefix of the names of tools' spans."""
_NAME, _NAME_AND_ARGUMENTS = slice(1), slice(2)
"""The fields of a call by which it is found again."""


class ObservedScenario(LocalTrace):
    """The trace of one scenario, read turn by turn."""

    __slots__ = ("_calls_from",)

    def __init__(self, calls_from: CallsFrom) -> None:
        super().__init__()
        self._calls_from = calls_from
        if calls_from == "spans":
            self._state  # noqa: B018 - made, so that the calls of replies are left out without spans, too

    def skip(self) -> None:
        """Exclude everything recorded so far from the next turn."""
        if self.has_news:
            self.news()

    def turn(self, reply: ParsedReply) -> ParsedReply:
        """Return a reply with the calls and the usage that were recorded during the turn."""
        if not self.has_news:
            return reply._replace(calls=()) if self._calls_from == "spans" else reply
        observations = self.news()
        recorded = () if self._calls_from == "reply" else calls_of_spans(observations)
        if self._calls_from == "spans" or (recorded and not reply.calls):
            calls: tuple[CallRecord, ...] | None = recorded
        else:
            calls = joined_calls(reply.calls or (), calls_of_spans(observations))
        return reply._replace(calls=calls, usage=reply.usage or usage_of_spans(observations))

    def finish(self, test: TestRecord) -> None:
        """End the trace and add its observations to the test."""
        spans, left_out = self.end()
        if not spans:
            return
        test.add_fields(trace_id=self.trace_id, spans=spans)
        test.is_traced = self.is_shared
        if left_out:
            test.add_fields(spans_left_out=left_out)


def deliver_test(tracing: TracingHandle, test: TestRecord) -> None:
    """Queue the trace of a test for delivery, if anything was recorded."""
    recorded = test.more or {}
    if "trace_id" not in recorded or test.is_traced:
        return
    trace: TracePayload = {
        "id": recorded["trace_id"],
        "name": test.test_id,
        "metadata": {"test_id": test.test_id, "status": test.status, "repeat": test.repeat},
        "tags": ["eval", *test.tags],
        "observations": recorded["spans"],
    }
    deliver_trace(tracing, trace)


def calls_of_spans(observations: Sequence[Observation]) -> tuple[CallRecord, ...]:
    """Return the tool calls among observations; a tool's span inside of a span of the same tool is the same call."""
    by_id = {one["id"]: one for one in observations}
    return tuple(
        CallRecord(one["name"].removeprefix(_TOOL), _arguments_json(one.get("input")), _outcome(one) or None)
        for one in observations
        if one["name"].startswith(_TOOL) and all(outer["name"] != one["name"] for outer in _ancestors(one, by_id))
    )


def joined_calls(calls: Sequence[CallRecord], recorded: Sequence[CallRecord]) -> tuple[CallRecord, ...]:
    """Add recorded results, errors and durations to the tool calls of a reply that lack them.

    A call takes the outcome of the first recorded one of the same tool and arguments, else of the same tool; each is
    taken once.
    """
    left = list(recorded)
    outcomes = [_taken(left, call, _NAME_AND_ARGUMENTS) for call in calls]
    outcomes = [one or _taken(left, call, _NAME) for one, call in zip(outcomes, calls, strict=True)]
    return tuple(
        call if other is None else call._replace(extra={**(other.extra or {}), **(call.extra or {})} or None)
        for call, other in zip(calls, outcomes, strict=True)
    )


def usage_of_spans(observations: Sequence[Observation]) -> TokenUsage | None:
    """Return the usage of the generations among observations, without those inside of others; None without any."""
    by_id = {one["id"]: one for one in observations}
    known = {name: usage for name, one in by_id.items() if (usage := usage_of_observation(one))}
    usages = [
        known[name] for name in known if not any(outer["id"] in known for outer in _ancestors(by_id[name], by_id))
    ]
    return total_usage(usages) if usages else None


def _taken(left: list[CallRecord], call: CallRecord, fields: slice) -> CallRecord | None:
    """Remove and return the first call with the same fields."""
    index = next((index for index, one in enumerate(left) if one[fields] == call[fields]), None)
    return None if index is None else left.pop(index)


def _ancestors(observation: Observation, by_id: Mapping[str, Observation]) -> Iterator[Observation]:
    seen: set[str] = set()
    parent = observation.get("parent_observation_id")
    while parent is not None and parent in by_id and parent not in seen:
        seen.add(parent)
        yield by_id[parent]
        parent = by_id[parent].get("parent_observation_id")


def _arguments_json(given: object) -> str:
    """Return the recorded input of a tool as the JSON object of its arguments."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return json.dumps({"input": given})
    fields = as_object(given)
    return json.dumps(fields if fields is not None else {} if given is None else {"input": given})


def _outcome(observation: Observation) -> dict[str, Any]:
    outcome: dict[str, Any] = {}
    if "output" in observation:
        outcome["result"] = observation["output"]
    if observation.get("level") == "ERROR":
        outcome["error"] = observation.get("status_message") or "the tool failed"
    if (duration := _duration_ms(observation)) is not None:
        outcome["duration_ms"] = duration
    return outcome


def _duration_ms(observation: Observation) -> float | None:
    started, ended = observation.get("start_time"), observation.get("end_time")
    if not started or not ended:
        return None
    seconds = (datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds()
    return round(seconds * 1000, 3)
