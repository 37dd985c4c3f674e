"""The totals of a run: statuses, with replicas that disagree, and metrics."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Finished", "is_finished", "metrics_of", "shown_statuses"]

_RAN = ("pass", "fail")
_FINISHED = frozenset((*_RAN, "error", "cancelled"))
_DECIMALS = 9


class Finished(NamedTuple):
    """The numbers of one scenario."""

    point: str
    """The part of its id that its replicas share."""
    status: str
    """Of this scenario alone."""
    wall_ms: int = 0
    tool_calls: int = 0
    tool_errors: int = 0
    tokens: int = 0
    cost_usd: float = 0.0
    violations: int = 0
    """Rules of `forbidden` that were broken."""


def is_finished(status: str) -> bool:
    """Return True for the status of a scenario that will not change by itself."""
    return status in _FINISHED


def shown_statuses(scenarios: Sequence[Finished]) -> list[str]:
    """Return the statuses, with `flaky` where some replicas of the same parameters pass, and others fail."""
    seen: dict[str, set[str]] = defaultdict(set)
    for one in scenarios:
        seen[one.point].add(one.status)
    return ["flaky" if one.status in _RAN and seen[one.point].issuperset(_RAN) else one.status for one in scenarios]


def metrics_of(scenarios: Sequence[Finished]) -> dict[str, Any]:
    """Return the metrics of the finished scenarios; times, calls, tokens and costs of those whose agent ran.

    Examples:
        >>> metrics_of([Finished("a", "pass", wall_ms=100), Finished("a", "fail", wall_ms=300)])["mean_wall_ms"]
        200
    """
    done = [one for one in scenarios if one.status in _FINISHED]
    ran = [one for one in done if one.status in _RAN]
    times = sorted(one.wall_ms for one in ran)
    calls = sum(one.tool_calls for one in ran)
    cost = round(math.fsum(one.cost_usd for one in done), _DECIMALS)
    return {
        "pass_rate": sum(one.status == "pass" for one in done) / len(done) if done else 0.0,
        "mean_wall_ms": round(_mean(times)),
        "p95_wall_ms": times[math.ceil(0.95 * len(times)) - 1] if times else 0,
        "mean_tool_calls": calls / len(ran) if ran else 0.0,
        "mean_tokens": round(_mean([one.tokens for one in ran])),
        "total_cost_usd": cost,
        "mean_cost_per_run_usd": round(cost / len(ran), _DECIMALS) if ran else 0.0,
        "tool_success_rate": 1.0 - sum(one.tool_errors for one in ran) / calls if calls else 1.0,
        "side_effect_violations": sum(one.violations for one in done),
    }


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values) if values else 0.0
