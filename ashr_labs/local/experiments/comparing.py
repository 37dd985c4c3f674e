"""The comparison of two experiments: bare differences, and whether they are more than chance."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING, Any, Final

from ...results.statistics import bootstrap_interval, mcnemar_p_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["compared_metrics", "paired_verdict", "regressions_of"]

_HIGHER_IS_BETTER: Final = {
    "pass_rate": True,
    "tool_success_rate": True,
    "side_effect_violations": False,
    "mean_wall_ms": False,
    "p95_wall_ms": False,
    "mean_tool_calls": False,
    "mean_tokens": False,
    "total_cost_usd": False,
    "mean_cost_per_run_usd": False,
}
_OUTCOMES: Final = frozenset(("pass_rate", "tool_success_rate", "side_effect_violations"))
"""Metrics of which any change for the worse is a regression."""
_RESOURCE_SHARE: Final = 0.1
"""The other metrics regress if they are worse by more than this share of the baseline."""
_LEVEL: Final = 0.05
_RESAMPLES: Final = 2000
_MAX_NAMED: Final = 100


def compared_metrics(baseline: Mapping[str, float], candidate: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return the metrics of two runs side by side, each with its difference and direction."""
    return [
        {
            "name": name,
            "baseline": baseline[name],
            "candidate": candidate[name],
            "delta": candidate[name] - baseline[name],
            "direction": _direction(candidate[name] - baseline[name], is_up=is_up),
        }
        for name, is_up in _HIGHER_IS_BETTER.items()
    ]


def regressions_of(metrics: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of the metrics that regressed.

    Rates and violations regress by any change for the worse; times, calls, tokens and costs by more than 10 %.
    """
    return [
        one["name"]
        for one in metrics
        if one["direction"] == "regressed"
        and (one["name"] in _OUTCOMES or abs(one["delta"]) > _RESOURCE_SHARE * one["baseline"])
    ]


def paired_verdict(baseline: Mapping[str, bool], candidate: Mapping[str, bool]) -> dict[str, Any]:
    """Return whether one run passes more scenarios than the other, beyond chance.

    Scenarios are paired by id. The verdict needs both the exact test of McNemar and the interval of the difference.
    It is about the parameters of these scenarios, and not about others.

    Args:
        baseline: Whether each scenario with a verdict passed, by id.
        candidate: The same of the other run.

    Examples:
        >>> old = {f"s{number}": False for number in range(8)}
        >>> paired_verdict(old, dict.fromkeys(old, True))["verdict"]
        'better'
    """
    both = sorted(baseline.keys() & candidate.keys())
    improved = [name for name in both if candidate[name] > baseline[name]]
    regressed = [name for name in both if candidate[name] < baseline[name]]
    differences = [float(candidate[name]) - baseline[name] for name in both]
    p_value = mcnemar_p_value(len(improved), len(regressed))
    difference = fmean(differences) if differences else 0.0
    # One value has no spread, and none has no mean.
    low, high = bootstrap_interval(differences, resamples=_RESAMPLES) if len(both) > 1 else (-1.0, 1.0)
    is_clear = p_value < _LEVEL and not low <= 0 <= high
    return {
        "verdict": ("better" if difference > 0 else "worse") if is_clear else "cannot tell",
        "pairs": len(both),
        "difference": difference,
        "low": low,
        "high": high,
        "p_value": p_value,
        "improved": improved[:_MAX_NAMED],
        "regressed": regressed[:_MAX_NAMED],
    }


def _direction(delta: float, *, is_up: bool) -> str:
    if not delta:
        return "unchanged"
    return "improved" if (delta > 0) is is_up else "regressed"
