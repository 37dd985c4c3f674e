"""What a graded run says, scenario by scenario, for those who compare, gate and report."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from statistics import fmean
from typing import TYPE_CHECKING, Any, TypeGuard

from .._json import as_list, as_object, preview
from ..errors import ConfigurationError
from ..grading import grade
from .statistics import Interval, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["PASS_RATE", "TEXT_SIMILARITY", "RunResults", "Sample"]

PASS_RATE = "pass_rate"  # noqa: S105 (a name of a metric)
TEXT_SIMILARITY = "text_similarity"


@dataclass(frozen=True, slots=True)
class Sample:
    """One scenario, played once."""

    scenario_id: str
    passed: bool
    has_run: bool
    """False when it could not be played to its end: the agent raised, a timeout, a malformed scenario."""
    reasons: tuple[str, ...]
    """Why it failed, or what was noticed."""
    scores: Mapping[str, float]
    """Higher is better."""
    tags: tuple[str, ...]
    seconds: float | None
    """How long it took, where that is known."""
    cost_usd: float | None
    latencies_ms: tuple[float, ...]
    """How long the agent took for each reply, in milliseconds, where that is known."""
    record: Mapping[str, Any] = field(repr=False)
    """The test as it was recorded."""

    def __repr__(self) -> str:
        outcome = "passed" if self.passed else "failed" if self.has_run else "error"
        why = f", {preview(self.reasons[0])}" if self.reasons else ""
        return f"Sample({preview(self.scenario_id)}, {outcome!r}{why})"

    def _repr_html_(self) -> str:
        from .reports.notebook import html_test  # noqa: PLC0415 (for notebooks only)

        return html_test(self)


@dataclass(frozen=True)
class RunResults:
    """The samples of a run."""

    label: str
    """What to call it, such as `run 7` or the name of its file."""
    samples: tuple[Sample, ...] = field(repr=False)

    @classmethod
    def of(cls, result: Mapping[str, Any], label: str = "run") -> RunResults:
        """Read a run of the platform, or a run's result; one without verdicts is graded, every tool required.

        Raises:
            ConfigurationError: It is no run, or one that the platform has not graded yet.
        """
        label = f"run {result['id']}" if label == "run" and "id" in result else label
        status = result.get("grading_status")
        if status is not None and status not in {"completed", "graded"}:
            raise ConfigurationError(f"{label} is not graded, its grading is {status}: wait for it with poll_run()")
        result = as_object(result.get("result")) or result
        tests = as_list(result.get("tests"))
        if tests is None:
            raise ConfigurationError(f"{label} has no list of tests; it has {preview(list(result))}")
        if not any("verdict" in (as_object(test) or {}) for test in tests):
            tests = grade(result)["tests"]
        return cls(label, tuple(_sample(as_object(test) or {}) for test in tests))

    def __len__(self) -> int:
        return len(self.samples)

    def __repr__(self) -> str:
        return f"RunResults({self.label!r}, scenarios={len(self.by_scenario)}, passed={self.passed} of {len(self)})"

    @property
    def passed(self) -> int:
        """How many samples passed."""
        return sum(sample.passed for sample in self.samples)

    @property
    def errors(self) -> int:
        """How many samples could not be played to their end."""
        return sum(not sample.has_run for sample in self.samples)

    @cached_property
    def by_scenario(self) -> Mapping[str, Sequence[Sample]]:
        """The samples of each scenario: more than one where it was repeated."""
        groups: defaultdict[str, list[Sample]] = defaultdict(list)
        for sample in self.samples:
            groups[sample.scenario_id].append(sample)
        return dict(groups)

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """Every tag of a sample, sorted."""
        return tuple(sorted({tag for sample in self.samples for tag in sample.tags}))

    @cached_property
    def score_names(self) -> tuple[str, ...]:
        """The scores that any sample has, in the order in which they come up."""
        return tuple(dict.fromkeys(name for sample in self.samples for name in sample.scores))

    def with_tag(self, tag: str) -> RunResults:
        """Return the samples that have a tag."""
        return RunResults(f"{self.label}, {tag}", tuple(one for one in self.samples if tag in one.tags))

    def _repr_html_(self) -> str:
        from .reports.html import html_summary  # noqa: PLC0415 (for notebooks only)

        return html_summary(self)

    def means(self, metric: str = PASS_RATE) -> dict[str, float]:
        """Return each scenario's mean of a metric, without the scenarios that do not have it."""
        values = {
            scenario_id: [value for one in samples if (value := _value(one, metric)) is not None]
            for scenario_id, samples in self.by_scenario.items()
        }
        return {scenario_id: fmean(found) for scenario_id, found in values.items() if found}

    def mean(self, metric: str = PASS_RATE) -> float:
        """Return the mean over the scenarios, each counting the same; NaN without any."""
        means = self.means(metric).values()
        return fmean(means) if means else math.nan

    def pass_interval(self, confidence: float = 0.95) -> Interval:
        """Return Wilson's interval of the pass rate; repeats of a scenario count as one trial, their mean."""
        means = self.means()
        return wilson_interval(sum(means.values()), len(means), confidence)


def _value(sample: Sample, metric: str) -> float | None:
    return float(sample.passed) if metric == PASS_RATE else sample.scores.get(metric)


def _sample(test: Mapping[str, Any]) -> Sample:
    error = as_object(test.get("error"))
    has_run = test.get("status") == "completed" and not error
    reasons = [str(one) for one in as_list(test.get("verdict_reasons")) or []]
    if not reasons and error:
        reasons = [str(error.get("message", error))]
    return Sample(
        scenario_id=str(test.get("test_id")),
        passed=has_run and test.get("verdict") == "passed",
        has_run=has_run,
        reasons=tuple(reasons),
        scores=_scores(test),
        tags=tuple(str(tag) for tag in as_list(test.get("tags")) or []),
        seconds=_seconds(test),
        cost_usd=_number(as_object(test.get("usage")) or {}, "cost_usd"),
        latencies_ms=tuple(_latencies(test)),
        record=test,
    )


def _scores(test: Mapping[str, Any]) -> dict[str, float]:
    """Return the scores that a test was given, and how similar its texts were where that was measured."""
    given = as_object(test.get("scores")) or {}
    scores = {name: float(value) for name, value in given.items() if _is_number(value)}
    actions = [as_object(action) or {} for action in as_list(test.get("action_results")) or []]
    found = [value for action in actions if _is_number(value := action.get("semantic_similarity"))]
    return {**scores, TEXT_SIMILARITY: fmean(found)} if found else scores


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and math.isfinite(value)


def _number(fields: Mapping[str, Any], key: str) -> float | None:
    value = fields.get(key)
    return value if _is_number(value) else None


def _latencies(test: Mapping[str, Any]) -> Iterator[float]:
    for turn in as_list(test.get("turns")) or ():
        if (latency := _number(as_object(turn) or {}, "latency_ms")) is not None:
            yield latency


def _seconds(test: Mapping[str, Any]) -> float | None:
    try:
        begin, end = (datetime.fromisoformat(str(test.get(key))) for key in ("started_at", "completed_at"))
        return max(0.0, (end - begin).total_seconds())
    except (ValueError, TypeError):  # not there, no dates, or one of them without a time zone
        return None
