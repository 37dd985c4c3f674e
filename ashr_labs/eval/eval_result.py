"""The result of `Eval`: rows, and a summary of each score."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean
from typing import TYPE_CHECKING, Any

from .._json import as_object
from ..grading import grade
from ..results import RunResults, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["EvalResult", "EvalRow", "EvalSummary"]


class _Fields(dict[str, Any]):
    """A dict, which is JSON, whose keys can be read as attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}") from None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in self.items())})"

    def to_dict(self) -> dict[str, Any]:
        """Return the fields."""
        return dict(self)


class EvalSummary(_Fields):
    """The values of one score."""

    mean: float
    """0..1; 0 without values."""
    p50: float
    p95: float
    """Percentiles, interpolated linearly."""
    count: int
    """How many rows have a value."""
    interval: tuple[float, float]
    """Wilson's 95 % interval of the mean."""
    missing: int
    """How many rows have none: the task failed, the scorer failed, or it does not apply."""

    def __init__(
        self,
        mean: float,
        p50: float,
        p95: float,
        count: int,
        interval: tuple[float, float] = (0.0, 1.0),
        missing: int = 0,
    ) -> None:
        super().__init__(mean=mean, p50=p50, p95=p95, count=count, interval=interval, missing=missing)


class EvalRow(_Fields):
    """A row with its output and its scores."""

    id: str
    input: Any
    expected: Any
    """None if the row has none."""
    output: Any
    """None if the task failed."""
    scores: dict[str, float]
    """The scores that have a value, by name."""
    duration_ms: float
    """How long the task took."""

    @property
    def error(self) -> str | None:
        """The error of the task, if it failed: its type and message."""
        return self.get("error")

    @property
    def scorer_errors(self) -> dict[str, str]:
        """The reasons of scores without a value, by name."""
        return {**self.get("scorer_errors", {})}

    @property
    def trial(self) -> int | None:
        """Which trial of the row it is, from 0, if each row is played several times."""
        return self.get("trial")


@dataclass(frozen=True)
class EvalResult:
    """Rows and scores of `Eval`."""

    name: str
    rows: list[EvalRow] = field(repr=False)
    """The rows in order; `error`, `scorer_errors` and `trial` are keys of those only that have them."""
    summary: dict[str, EvalSummary]
    """The values of each score."""
    run: Mapping[str, Any] = field(repr=False, default_factory=dict[str, Any])
    """The run as `EvalRunner` records it, without verdicts."""
    experiment_id: str | None = None
    """The id of the stored run, if it was stored."""

    @classmethod
    def of(
        cls,
        name: str,
        rows: Mapping[str, Mapping[str, Any]],
        result: Mapping[str, Any],
        scores: Iterable[str] = (),
        run_id: int | None = None,
    ) -> EvalResult:
        """Return the rows and the summary of a run.

        Args:
            name: The name of the evaluation.
            rows: `input` and `expected` of each row, by its id.
            result: The result of the run.
            scores: The names of scores that are in the summary, also if no row has them.
            run_id: The id of the stored run.
        """
        tests = [as_object(test) or {} for test in result["tests"]]
        made = [_row(test, rows[test["test_id"]]) for test in tests]
        found = [(name, score) for test in tests for name, score in test.get("scores", {}).items()]
        # A scorer that returns several scores has none of its own name.
        several = {score.get("metadata", {}).get("scorer") for _, score in found}
        names = dict.fromkeys([*(name for name in scores if name not in several), *(name for name, _ in found)])
        summary = {score: _summary([row["scores"].get(score) for row in made]) for score in names}
        return cls(name, made, summary, result, None if run_id is None else str(run_id))

    @cached_property
    def result(self) -> Mapping[str, Any]:
        """The graded run; it is graded when this is first read."""
        return grade(self.run)

    @cached_property
    def results(self) -> RunResults:
        """The samples of the run, for gates, comparisons and reports."""
        return RunResults.of(self.result, self.name)

    @property
    def errors(self) -> list[EvalRow]:
        """The rows whose task failed."""
        return [row for row in self.rows if "error" in row]


def _row(test: Mapping[str, Any], given: Mapping[str, Any]) -> EvalRow:
    scores: Mapping[str, Mapping[str, Any]] = test.get("scores", {})
    row = EvalRow(
        id=test["test_id"],
        input=given.get("input"),
        expected=given.get("expected"),
        output=test.get("output"),
        scores={name: score["value"] for name, score in scores.items() if score["value"] is not None},
        duration_ms=sum(turn.get("latency_ms", 0) for turn in test.get("turns", ())),
    )
    if "repeat" in test:
        row["trial"] = test["repeat"]
    if "error" in test:
        row["error"] = f"{test['error'].get('type')}: {test['error'].get('message')}"
    if missing := {name: score.get("reason", "") for name, score in scores.items() if score["value"] is None}:
        row["scorer_errors"] = missing
    return row


def _summary(values: Sequence[float | None]) -> EvalSummary:
    found = sorted(value for value in values if value is not None)
    missing = len(values) - len(found)
    if not found:
        return EvalSummary(0.0, 0.0, 0.0, 0, missing=missing)
    low, high = wilson_interval(sum(found), len(found))
    return EvalSummary(
        fmean(found), _percentile(found, 0.5), _percentile(found, 0.95), len(found), (low, high), missing
    )


def _percentile(ordered: Sequence[float], share: float) -> float:
    rank = share * (len(ordered) - 1)
    low, high = math.floor(rank), math.ceil(rank)
    return ordered[low] + (ordered[high] - ordered[low]) * (rank - low)
