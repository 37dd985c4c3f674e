"""Geometry of the charts: pure functions from numbers to coordinates of an SVG image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...results.statistics import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PassRate", "TrendPoint", "trend"]


@dataclass(frozen=True, slots=True)
class PassRate:
    """A pass rate with its 95 % interval."""

    passed: int
    total: int

    @property
    def rate(self) -> float:
        """Share that passed, from 0 to 1; 0 without tests."""
        return self.passed / self.total if self.total else 0.0

    @property
    def low(self) -> float:
        """Lower bound of the interval."""
        return wilson_interval(self.passed, self.total).low if self.total else 0.0

    @property
    def high(self) -> float:
        """Upper bound of the interval."""
        return wilson_interval(self.passed, self.total).high if self.total else 1.0

    @property
    def text(self) -> str:
        """The rate with its interval in words."""
        if not self.total:
            return "nothing was checked"
        rate = f"{self.passed:,} of {self.total:,} passed, {100 * self.rate:.1f} %"
        return f"{rate} (95 % interval {100 * self.low:.1f} to {100 * self.high:.1f})"


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A point of a trend, in coordinates of the image."""

    x: float
    y: float
    low: float
    high: float
    run_id: int
    label: str


_WIDTH, _HEIGHT, _MARGIN = 800.0, 90.0, 8.0


def trend(rates: Sequence[tuple[int, PassRate]]) -> list[TrendPoint]:
    """Return the points of the pass rates of runs, the oldest at the left.

    Args:
        rates: Id and pass rate of each run, the oldest first.
    """
    step = (_WIDTH - 2 * _MARGIN) / max(1, len(rates) - 1)

    def height(share: float) -> float:
        return round(_MARGIN + (1 - share) * (_HEIGHT - 2 * _MARGIN), 1)

    return [
        TrendPoint(
            round(_MARGIN + place * step, 1) if len(rates) > 1 else _WIDTH / 2,
            height(rate.rate),
            height(rate.low),
            height(rate.high),
            run_id,
            f"run {run_id}: {rate.text}",
        )
        for place, (run_id, rate) in enumerate(rates)
    ]
