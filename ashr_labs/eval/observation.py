"""Observed runs: what the agent records while it plays a scenario belongs to the test."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .._json import as_object
from ..pricing import read_usage
from ..run_builder.records import total_usage
from ..scenarios.tool_calls import CallRecord
from ..tracing.local_trace import LocalTrace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ashr_labs_types import Observation, TokenUsage

    from ..tracing.spans import Scope

__all__ = ["CallsFrom", "ObservedScenario", "calls_of_spans", "joined_calls", "usage_of_spans"]

CallsFrom: TypeAlias = Literal["auto", "reply", "spans"]
"""The source of an agent's tool calls: `reply` and `spans` are one of them; `auto` is the reply if it has calls."""

_TOOL = "tool:"
"""Prefix of the names of tools' spans."""
_NAME, _NAME_AND_ARGUMENTS = slice(1), slice(2)
"""The fields of a call by which it is found again."""


class ObservedScenario:
    """The trace of one scenario, read turn by turn."""

    __slots__ = ("_calls_from", "_read", "_trace")

    def __init__(self, calls_from: CallsFrom) -> None:
        self._trace = LocalTrace()
        self._calls_from = calls_from
        self._read = 0

    @property
    def scope(self) -> Scope:
        """The agent is called in this scope."""
        return self._trace.scope

    @property
    def trace_id(self) -> str:
        """The id of the trace."""
        return self._trace.trace_id

    @property
    def has_news(self) -> bool:
        """Whether anything was recorded since the last call of `skip()` or `turn()`."""
        return len(self._trace.spans) > self._read

    def skip(self) -> None:
        """Leave out of the next turn what was recorded so far."""
        self._read = len(self._trace.spans)

    def turn(
        self, calls: tuple[CallRecord, ...] | None, usage: TokenUsage | None
    ) -> tuple[tuple[CallRecord, ...] | None, TokenUsage | None]:
        """Return the calls and the usage of a turn: those of the reply, with what was recorded during the turn."""
        if not self.has_news:
            return (() if self._calls_from == "spans" else calls), usage
        observations = self._trace.observations(self._read)
        self.skip()
        recorded = calls_of_spans(observations)
        if self._calls_from == "spans" or (self._calls_from == "auto" and not calls):
            found: tuple[CallRecord, ...] | None = recorded or calls
        else:
            found = joined_calls(calls or (), recorded)
        return found, usage or usage_of_spans(observations)

    def end(self) -> tuple[list[Observation], int]:
        """End the trace; return its observations, and how many are left out because of the limits."""
        observations = self._trace.observations()
        left_out = len(self._trace.spans) - len(observations)
        self._trace.end()
        return observations, left_out


def calls_of_spans(observations: Sequence[Observation]) -> tuple[CallRecord, ...]:
    """Return the tool calls among observations; a tool's span inside of a span of the same tool is the same call."""
    by_id = {one["id"]: one for one in observations}
    return tuple(
        CallRecord(one["name"].removeprefix(_TOOL), _arguments_json(one.get("input")), _outcome(one) or None)
        for one in observations
        if one["name"].startswith(_TOOL) and all(outer["name"] != one["name"] for outer in _ancestors(one, by_id))
    )


def joined_calls(calls: Sequence[CallRecord], recorded: Sequence[CallRecord]) -> tuple[CallRecord, ...]:
    """Add what was recorded of tool calls to those of a reply that lack it.

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
    usages = [
        usage
        for one in observations
        if (usage := _usage(one)) and not any(_usage(outer) for outer in _ancestors(one, by_id))
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


def _usage(observation: Observation) -> TokenUsage:
    usage = read_usage(observation.get("usage"))
    cost = observation.get("cost")
    if cost is not None and "cost_usd" not in usage:
        usage["cost_usd"] = cost
    return usage


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
