"""Metrics of repeated scenarios: pass rates, pass@k, pass^k and flip rate."""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING, Any, TypedDict

from .._json import as_list, as_object, is_object
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RepeatMetrics", "repeat_metrics"]


class RepeatMetrics(TypedDict):
    """Means over scenarios; each scenario has the same weight, whatever its number of repeats."""

    scenarios: int
    k: int
    mean: float
    """The pass rate."""
    pass_at_k: float
    """The probability that at least one of k repeats passes."""
    pass_hat_k: float
    """The probability that all k repeats pass."""
    flip_rate: float
    """The probability that two repeats of a scenario differ."""


def repeat_metrics(result: Mapping[str, Any], k: int = 1) -> RepeatMetrics:
    """Compute the metrics of the repeats in a graded result.

    Args:
        result: The result of a graded run, in which each test has a `verdict`.
        k: The number of repeats drawn without replacement.

    Raises:
        ConfigurationError: The result is not graded, or a scenario has fewer than k repeats.

    Examples:
        >>> tests = [{"test_id": "a", "verdict": verdict} for verdict in ("passed", "failed", "passed", "passed")]
        >>> metrics = repeat_metrics({"tests": tests}, k=2)
        >>> metrics["mean"], metrics["pass_at_k"], metrics["pass_hat_k"], metrics["flip_rate"]
        (0.75, 1.0, 0.5, 0.5)
    """
    if k is True or k < 1:
        raise ConfigurationError(f"k must be an integer >= 1, got {k!r}")
    outcomes = _outcomes(result)
    for scenario_id, passed in outcomes.items():
        if len(passed) < k:
            raise ConfigurationError(
                f"k must be at most the number of repeats, got {k}; {scenario_id} has {len(passed)}"
            )
    counts = [(len(passed), sum(passed)) for passed in outcomes.values()]
    number = len(counts) or 1
    return {
        "scenarios": len(counts),
        "k": k,
        "mean": sum(right / total for total, right in counts) / number,
        "pass_at_k": sum(1 - comb(total - right, k) / comb(total, k) for total, right in counts) / number,
        "pass_hat_k": sum(comb(right, k) / comb(total, k) for total, right in counts) / number,
        "flip_rate": sum(_flips(total, right) for total, right in counts) / number,
    }


def _outcomes(result: Mapping[str, Any]) -> dict[str, list[bool]]:
    outcomes: dict[str, list[bool]] = {}
    for test in filter(is_object, as_list(result.get("tests")) or ()):
        fields = as_object(test) or {}
        if "verdict" not in fields:
            raise ConfigurationError(f"test {fields.get('test_id')!r} has no verdict; grade() the result first")
        if fields["verdict"] == "unchecked":  # neither passed nor failed
            continue
        outcomes.setdefault(str(fields.get("test_id")), []).append(fields["verdict"] == "passed")
    return outcomes


def _flips(total: int, right: int) -> float:
    return right * (total - right) / comb(total, 2) if total > 1 else 0.0
