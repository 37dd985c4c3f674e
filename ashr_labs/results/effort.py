"""What runs took: the agent's time for a reply, and money."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from .runs import RunResults, Sample

__all__ = ["Effort", "effort_changes", "effort_of", "effort_rows", "sample_facts"]

_SLOW = 0.95


@dataclass(frozen=True, slots=True)
class Effort:
    """What the samples of a run took; None where nobody measured it."""

    turns: int
    """Replies of the agent whose time is known."""
    median_ms: float | None
    """Half of the replies took less."""
    slow_ms: float | None
    """95 % of the replies took less."""
    cost_usd: float | None
    """Of one sample, on average."""

    def document(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return asdict(self)


def effort_of(run: RunResults, scenario_ids: Collection[str] | None = None) -> Effort:
    """Return what a run took, over these scenarios or all of them."""
    samples = [one for one in run.samples if scenario_ids is None or one.scenario_id in scenario_ids]
    times = sorted(time for one in samples for time in one.latencies_ms)
    costs = [one.cost_usd for one in samples if one.cost_usd is not None]
    return Effort(
        len(times),
        median(times) if times else None,
        times[math.ceil(_SLOW * len(times)) - 1] if times else None,
        fmean(costs) if costs else None,
    )


def effort_rows(effort: Effort) -> Iterator[tuple[str, str]]:
    """Yield what is known of it, each with its name, in words."""
    for name, attribute, worded in _KINDS:
        if (value := getattr(effort, attribute)) is not None:
            yield name, worded(value)


def effort_changes(before: Effort, after: Effort) -> Iterator[tuple[str, str, str, str]]:
    """Yield what is known of both: its name, before, after, and the change in per cent."""
    for name, attribute, worded in _KINDS:
        earlier, later = getattr(before, attribute), getattr(after, attribute)
        if earlier is not None and later is not None:
            yield name, worded(earlier), worded(later), _change(earlier, later)


def sample_facts(sample: Sample) -> str:
    """Return what a test took, in words."""
    facts = [f"{sample.seconds:g} s"] if sample.seconds is not None else []
    return " · ".join([*facts, *(f"{name} {text}" for name, text in effort_rows(_of(sample)))])


def _of(sample: Sample) -> Effort:
    times = sample.latencies_ms
    return Effort(len(times), median(times) if times else None, None, sample.cost_usd)


def _milliseconds(value: float) -> str:
    if value >= 10_000:
        return f"{value / 1000:.1f} s"
    return f"{value:.0f} ms" if value >= 1 else f"{value:.3g} ms"


def _dollars(value: float) -> str:
    return f"${value:.4f}"


def _change(before: float, after: float) -> str:
    return f"{100 * (after - before) / before:+.0f} %" if before else "-"


_KINDS: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("reply, median", "median_ms", _milliseconds),
    ("reply, 95 % within", "slow_ms", _milliseconds),
    ("cost per test", "cost_usd", _dollars),
)
"""What is told, each with its attribute."""
