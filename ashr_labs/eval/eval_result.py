"""The result of `Eval`: rows, and a summary of each score."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from statistics import fmean
from typing import TYPE_CHECKING, Any

from .._json import as_object
from ..grading import grade
from ..results import RunResults, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["EvalResult", "EvalSummary"]


@dataclass(frozen=True)
class EvalSummary(Mapping[str, Any]):
    """The values of one score; also a mapping of its fields."""

    mean: float
    """0..1; 0 without values."""
    p50: float
    p95: float
    """Percentiles, interpolated linearly."""
    count: int
    """How many rows have a value."""
    interval: tuple[float, float] = (0.0, 1.0)
    """Wilson's 95 % interval of the mean."""
    missing: int = 0
    """How many rows have none: the task failed, the scorer failed, or it does not apply."""

    def __getitem__(self, key: str) -> Any:
        return self.to_dict()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.to_dict())

    def __len__(self) -> int:
        return len(self.to_dict())

    def to_dict(self) -> dict[str, Any]:
        """Return the fields."""
        return asdict(self)


@dataclass(frozen=True)
class EvalResult:
    """Rows and scores of `Eval`."""

    name: str
    rows: list[dict[str, Any]] = field(repr=False)
    """In order: `id`, `input`, `expected`, `output`, `scores` (name to value), `duration_ms`; `error` if the task
    failed, `scorer_errors` (name to reason) for scores without a value."""
    summary: dict[str, EvalSummary]
    """The values of each score."""
    result: Mapping[str, Any] = field(repr=False, default_factory=dict[str, Any])
    """The graded run, as `EvalRunner` records it."""
    experiment_id: str | None = None
    """The id of the stored run, if it was stored."""

    @classmethod
    def of(
        cls, name: str, rows: Mapping[str, Mapping[str, Any]], result: Mapping[str, Any], run_id: int | None = None
    ) -> EvalResult:
        """Return the rows and the summary of a run.

        Args:
            name: The name of the evaluation.
            rows: `input` and `expected` of each row, by its id.
            result: The result of the run.
            run_id: The id of the stored run.
        """
        tests = [as_object(test) or {} for test in result["tests"]]
        made = [_row(test, rows[test["test_id"]]) for test in tests]
        names = dict.fromkeys(score for test in tests for score in test.get("scores", ()))
        summary = {score: _summary([row["scores"].get(score) for row in made]) for score in names}
        return cls(name, made, summary, grade(result), None if run_id is None else str(run_id))

    @cached_property
    def results(self) -> RunResults:
        """The samples of the run, for gates, comparisons and reports."""
        return RunResults.of(self.result, self.name)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The rows whose task failed."""
        return [row for row in self.rows if "error" in row]


def _row(test: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    scores: Mapping[str, Mapping[str, Any]] = test.get("scores", {})
    row: dict[str, Any] = {
        "id": test["test_id"],
        "input": given.get("input"),
        "expected": given.get("expected"),
        "output": test.get("output"),
        "scores": {name: score["value"] for name, score in scores.items() if score["value"] is not None},
        "duration_ms": sum(turn.get("latency_ms", 0) for turn in test.get("turns", ())),
    }
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
