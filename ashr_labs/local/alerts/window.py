"""The windows of alerts, and the value of a metric over the runs in one. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ...errors import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Sample", "Window", "parse_window", "value_over"]

_FORM = re.compile("last_([0-9]{1,4})(_runs|h|d)")
_HOUR: Final = 3600.0
_UNITS: Final = {"h": _HOUR, "d": 24 * _HOUR}
_MAX_RUNS: Final = 1000
_MAX_SECONDS: Final = 31 * 24 * _HOUR
_TOTALS: Final = frozenset({"side_effect_violations", "total_cost_usd"})
"""Metrics that add up over runs."""
_LARGEST: Final = frozenset({"p95_wall_ms"})
"""Metrics that cannot be aggregated exactly over runs; the maximum is used."""


@dataclass(frozen=True, slots=True)
class Window:
    """The runs that a condition covers: the last N, or all within a period."""

    runs: int | None = 1
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """The metrics of one run."""

    weight: int
    """The number of its scenarios."""
    metrics: Mapping[str, float | None] = field(default_factory=dict[str, "float | None"])


def parse_window(text: str) -> Window:
    """Parse a window such as `last_5_runs` or `last_24h`.

    Raises:
        ValidationError: It has another form, or is too long.
    """
    found = _FORM.fullmatch(text)
    number = int(found[1]) if found else 0
    if found and found[2] == "_runs" and 1 <= number <= _MAX_RUNS:
        return Window(runs=number)
    if found and found[2] in _UNITS and 0 < number * _UNITS[found[2]] <= _MAX_SECONDS:
        return Window(runs=None, seconds=number * _UNITS[found[2]])
    raise ValidationError(
        f"window: must be such as `last_5_runs` (1 to {_MAX_RUNS}) or `last_24h` (at most 31 days), got {text[:100]!r}",
        response={"path": "window"},
    )


def value_over(metric: str, samples: Sequence[Sample]) -> float | None:
    """Return a metric over several runs; None if no run has it.

    Costs and violations add up, of the 95th percentile the largest counts, and others are means in which each run has
    the weight of its scenarios.
    """
    known = [(sample.weight, value) for sample in samples if (value := sample.metrics.get(metric)) is not None]
    if not known:
        return None
    if metric in _TOTALS:
        return sum(value for _, value in known)
    if metric in _LARGEST:
        return max(value for _, value in known)
    weight = sum(one for one, _ in known)
    return sum(one * value for one, value in known) / weight if weight else None
