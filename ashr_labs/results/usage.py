"""Latency and cost of runs."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from .runs import RunResults, Sample

__all__ = ["Usage", "sample_facts", "usage_changes", "usage_of", "usage_rows"]

_P95 = 0.95


@dataclass(frozen=True, slots=True)
class Usage:
    """Latency and cost of the samples of a run; None where not measured."""

    turns: int
    """Number of replies with a known latency."""
    median_ms: float | None
    """Median latency of a reply."""
    slow_ms: float | None
    """95th percentile of the latency of a reply."""
    cost_usd: float | None
    """Mean cost of a sample."""
    judge_cost_usd: float | None = None
    """Mean cost of scoring a sample."""

    def document(self) -> dict[str, Any]:
        """Return a JSON object."""
        return asdict(self)


def usage_of(run: RunResults, scenario_ids: Collection[str] | None = None) -> Usage:
    """Return the usage of a run over some scenarios, or all of them."""
    samples = [one for one in run.samples if scenario_ids is None or one.scenario_id in scenario_ids]
    times = sorted(time for one in samples for time in one.latencies_ms)
    costs = [one.cost_usd for one in samples if one.cost_usd is not None]
    judges = [one.judge_cost_usd for one in samples if one.judge_cost_usd is not None]
    return Usage(
        len(times),
        median(times) if times else None,
        times[math.ceil(_P95 * len(times)) - 1] if times else None,
        fmean(costs) if costs else None,
        fmean(judges) if judges else None,
    )


def usage_rows(usage: Usage) -> Iterator[tuple[str, str]]:
    """Yield the name and the formatted value of each measured quantity."""
    for name, attribute, formatted in _QUANTITIES:
        if (value := getattr(usage, attribute)) is not None:
            yield name, formatted(value)


def usage_changes(before: Usage, after: Usage) -> Iterator[tuple[str, str, str, str]]:
    """Yield the name, both values and the change in per cent of each quantity that both runs measured."""
    for name, attribute, formatted in _QUANTITIES:
        earlier, later = getattr(before, attribute), getattr(after, attribute)
        if earlier is not None and later is not None:
            yield name, formatted(earlier), formatted(later), _change(earlier, later)


def sample_facts(sample: Sample) -> str:
    """Return the duration, latency and cost of a sample as text."""
    facts = [f"{sample.seconds:g} s"] if sample.seconds is not None else []
    times = sample.latencies_ms
    usage = Usage(len(times), median(times) if times else None, None, sample.cost_usd, sample.judge_cost_usd)
    return " · ".join([*facts, *(f"{name} {value}" for name, value in usage_rows(usage))])


def _milliseconds(value: float) -> str:
    if value >= 10_000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 1 else f"{value:.3g} ms"


def _dollars(value: float) -> str:
    return f"${value:.4f}"


def _change(before: float, after: float) -> str:
    return f"{100 * (after - before) / before:+.0f} %" if before else "-"


_QUANTITIES: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("median latency", "median_ms", _milliseconds),
    ("p95 latency", "slow_ms", _milliseconds),
    ("cost per test", "cost_usd", _dollars),
    ("cost of judges per test", "judge_cost_usd", _dollars),
)
"""Name, attribute and format."""
