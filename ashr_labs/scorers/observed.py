"""Steps of an agent with their duration and tokens."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from .._time import parse_iso
from ..pricing import read_usage, usage_of_observation
from ..tool_call import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ashr_labs_types import TokenUsage

    from .score import ScorerContext

__all__ = ["Steps", "below", "cost_of", "duration_of", "steps_of", "tokens_of"]

_TOOL = "tool:"
"""The beginning of the name of a tool's span."""

Steps = list[str]


def steps_of(context: ScorerContext) -> Steps:
    """Return the names of the spans in their order, those of tools as the tools' names, and of the tool calls.

    A tool call that was also recorded as a span counts once.
    """
    spans = [str(span.get("name") or "").removeprefix(_TOOL) for span in context.spans]
    recorded = frozenset(spans)
    calls = [str(name_of(call) or "") for call in context.calls]
    return [*spans, *(name for name in calls if name not in recorded)]


def below(spans: Sequence[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """Return the spans below those of a name, in their order."""
    children: defaultdict[object, list[object]] = defaultdict(list)
    for span in spans:
        children[span.get("parent_observation_id")].append(span.get("id"))
    pending = [span.get("id") for span in spans if name in (span.get("name"), _tool_name(span))]
    found: set[object] = set()
    while pending:
        new = [child for child in children[pending.pop()] if child not in found]
        found.update(new)
        pending += new
    return [span for span in spans if span.get("id") in found]


def duration_of(context: ScorerContext) -> float | None:
    """Return how long the agent took, in milliseconds; None if that is not known."""
    return context.duration_ms if context.duration_ms is not None else _extent(context.spans)


def tokens_of(context: ScorerContext) -> int | None:
    """Return the input and output tokens of the agent's model calls; None if they are not known."""
    known = [usage.get("input_tokens", 0) + usage.get("output_tokens", 0) for usage in _usages(context) if usage]
    return sum(known) if known else None


def cost_of(context: ScorerContext) -> float | None:
    """Return the cost of the agent's model calls in US dollars; None if it is not known."""
    costs = [cost for usage in _usages(context) if (cost := usage.get("cost_usd")) is not None]
    return sum(costs) if costs else None


def _tool_name(span: Mapping[str, Any]) -> str:
    return str(span.get("name") or "").removeprefix(_TOOL)


def _usages(context: ScorerContext) -> Iterable[TokenUsage]:
    """Return the usage of the whole test, else that of its spans."""
    return [read_usage(context.usage)] if context.usage else map(usage_of_observation, context.spans)


def _extent(spans: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the milliseconds from the first start to the last end."""
    starts = [moment for span in spans if (moment := parse_iso(span.get("start_time")))]
    ends = [moment for span in spans if (moment := parse_iso(span.get("end_time")))]
    return (max(ends) - min(starts)).total_seconds() * 1000 if starts and ends else None
