"""Graded runs: results of the platform, of files and of journals, read once into samples."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from os import PathLike
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, cast

from .._format import suggestion
from .._gc import paused_gc
from .._json import as_list, as_object, preview
from ..errors import ConfigurationError
from ..grading import grade
from ..run_result import ParsedTest
from ._display import NotebookDisplay
from .statistics import Interval, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["PASS_RATE", "SCORE_PREFIX", "TEXT_SIMILARITY", "RunResults", "RunSource", "Sample", "read_run"]

PASS_RATE = "pass_rate"  # noqa: S105 (a name of a metric)
TEXT_SIMILARITY = "text_similarity"
SCORE_PREFIX = "score."
"""Prefix of the columns for scores in the rows of a report."""

UNCHECKED = "unchecked"
"""Verdict on a scenario with nothing to check."""

_MAX_JOURNAL_HEADER = 4_000


@dataclass(frozen=True, slots=True)
class Sample(NotebookDisplay):
    """One execution of a scenario."""

    scenario_id: str
    passed: bool
    has_run: bool
    """False if it ended early: the agent raised an error, a timeout, a malformed scenario."""
    reasons: tuple[str, ...]
    """Why it failed, and warnings."""
    scores: Mapping[str, float]
    """Higher is better."""
    tags: tuple[str, ...]
    seconds: float | None
    """Duration, if known."""
    cost_usd: float | None
    """Cost of the agent, if known."""
    latencies_ms: tuple[float, ...]
    """Duration of each reply of the agent in milliseconds, where known."""
    record: Mapping[str, Any] = field(repr=False)
    """The test as recorded."""
    title: str = ""
    judge_cost_usd: float | None = None
    """Cost of the language models that scored it, if known."""
    is_checked: bool = True
    """False if the scenario has nothing to check; it counts neither as passed nor as failed."""

    @property
    def outcome(self) -> str:
        """`passed`, `failed`, `error` or `unchecked`."""
        if not self.is_checked:
            return "unchecked"
        return "passed" if self.passed else "failed" if self.has_run else "error"

    @property
    def name(self) -> str:
        """The id, with the number of the repeat if the scenario was repeated."""
        repeat = self.record.get("repeat")
        return self.scenario_id if repeat is None else f"{self.scenario_id}[{repeat}]"

    def __repr__(self) -> str:
        reason = f", {preview(self.reasons[0])}" if self.reasons else ""
        return f"Sample({preview(self.scenario_id)}, {self.outcome!r}{reason})"


@dataclass(frozen=True)
class RunResults(NotebookDisplay):
    """The samples of a run."""

    label: str
    """Display name, such as `run 7` or the name of the file."""
    samples: tuple[Sample, ...] = field(repr=False)
    facts: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """When, with what and by which configuration the run was made, where known."""

    @classmethod
    def of(cls, result: Mapping[str, Any], label: str = "run") -> RunResults:
        """Read a run of the platform, or the result of a run; without verdicts, it is graded.

        Raises:
            ConfigurationError: It is not a run, or the platform has not graded it yet.
        """
        label = f"run {result['id']}" if label == "run" and "id" in result else label
        status = result.get("grading_status")
        if status is not None and status not in {"completed", "graded"}:
            raise ConfigurationError(f"{label} is not graded, its grading is {status}: wait for it with poll_run()")
        facts = dict(_facts(result))
        result = as_object(result.get("result")) or result
        tests = as_list(result.get("tests"))
        if tests is None:
            raise ConfigurationError(f"{label} has no list of tests; its keys are {preview(list(result))}")
        if not any("verdict" in (as_object(test) or {}) for test in tests):
            tests = grade(result)["tests"]
        with paused_gc():
            return cls(label, tuple([_sample(as_object(test) or {}) for test in tests]), facts)

    def __len__(self) -> int:
        return len(self.samples)

    def __repr__(self) -> str:
        return f"RunResults({self.label!r}, scenarios={len(self.by_scenario)}, passed={self.passed} of {len(self)})"

    @property
    def passed(self) -> int:
        """Number of samples that passed."""
        return sum(sample.passed for sample in self.samples)

    @property
    def errors(self) -> int:
        """Number of samples that did not run to their end."""
        return sum(not sample.has_run for sample in self.samples)

    @property
    def failed(self) -> int:
        """Number of samples that ran to their end and failed."""
        return sum(sample.outcome == "failed" for sample in self.samples)

    @property
    def unchecked(self) -> int:
        """Number of samples with nothing to check; they do not count in the pass rate."""
        return sum(not sample.is_checked for sample in self.samples)

    @property
    def checked(self) -> int:
        """Number of samples that count in the pass rate."""
        return len(self.samples) - self.unchecked

    @cached_property
    def by_scenario(self) -> Mapping[str, Sequence[Sample]]:
        """The samples of each scenario: more than one if it was repeated."""
        groups: defaultdict[str, list[Sample]] = defaultdict(list)
        for sample in self.samples:
            groups[sample.scenario_id].append(sample)
        return dict(groups)

    @cached_property
    def _means(self) -> dict[str, dict[str, float]]:
        return {}

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """All tags of the samples, sorted."""
        return tuple(sorted({tag for sample in self.samples for tag in sample.tags}))

    @cached_property
    def score_names(self) -> tuple[str, ...]:
        """Names of all scores, in order of first appearance."""
        return tuple(dict.fromkeys(name for sample in self.samples for name in sample.scores))

    def with_tag(self, tag: str) -> RunResults:
        """Return the samples that have a tag."""
        return RunResults(f"{self.label}, {tag}", tuple(one for one in self.samples if tag in one.tags), self.facts)

    def scenario(self, scenario_id: str) -> RunResults:
        """Return the samples of one scenario.

        Raises:
            ConfigurationError: The run has no such scenario.
        """
        samples = self.by_scenario.get(scenario_id)
        if samples is None:
            hint = suggestion(scenario_id, self.by_scenario)
            raise ConfigurationError(f"{self.label} has no scenario {scenario_id!r}{hint}")
        return RunResults(self.label, tuple(samples), self.facts)

    def means(self, metric: str = PASS_RATE) -> dict[str, float]:
        """Return the mean of a metric for each scenario that has it."""
        if metric not in self._means:
            values = {
                scenario_id: [value for one in samples if (value := _value(one, metric)) is not None]
                for scenario_id, samples in self.by_scenario.items()
            }
            self._means[metric] = {
                scenario_id: found[0] if len(found) == 1 else fmean(found)
                for scenario_id, found in values.items()
                if found
            }
        return dict(self._means[metric])

    def mean(self, metric: str = PASS_RATE) -> float:
        """Return the mean over the scenarios, each with the same weight; NaN if no scenario has the metric."""
        means = self.means(metric).values()
        return fmean(means) if means else math.nan

    def pass_interval(self, confidence: float = 0.95) -> Interval:
        """Return Wilson's interval of the pass rate; repeats of a scenario count as one trial, their mean."""
        means = self.means()
        return wilson_interval(sum(means.values()), len(means), confidence)


RunSource: TypeAlias = RunResults | Mapping[str, Any] | str | Path
"""A run as `get_run()` returns it, a result as `RunBuilder.build()` and `grade()` return it, or a file of either."""


def read_run(source: RunSource, label: str | None = None) -> RunResults:
    """Return the samples of a run.

    Args:
        source: A run of the platform, the result of a run, or a path: a JSON file with either, a journal, or the
            .jsonl rows of a report; the content decides which. The tests of a journal are graded, and the label
            says how many samples are missing.
        label: Display name; defaults to the id or the name of the file.

    Raises:
        ConfigurationError: It cannot be read, is not a run, or is not graded yet.
    """
    if isinstance(source, RunResults):
        return source
    if isinstance(source, Mapping):
        return RunResults.of(source, label or "run")
    if not isinstance(cast("object", source), str | PathLike):
        raise ConfigurationError(f"a run must be the result of a run, a stored run or a path, got {preview(source)}")
    path = Path(source)
    content = _read(path)
    if "journal" in _parsed_object(content[:_MAX_JOURNAL_HEADER].partition(b"\n")[0]):
        return _read_journal(content, path, label)
    return RunResults.of(_parse_result(content, path), label or path.name)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error


def _read_journal(content: bytes, path: Path, label: str | None) -> RunResults:
    """Read the tests of a journal; of a sample that was repeated after an error, the last test.

    An incomplete last line is ignored: the run was interrupted while writing it.
    """
    header, *lines = content[: content.rfind(b"\n") + 1].splitlines() or [content]
    tests: dict[tuple[object, object], Mapping[str, Any]] = {}
    for number, line in enumerate(lines, 2):
        entry = _parsed_object(line)
        test = as_object(entry.get("test"))
        if test is None:
            raise ConfigurationError(f"line {number} of the journal {path} is damaged; play the run again")
        tests[str(entry.get("scenario")), entry.get("repeat")] = test
    selected = _parsed_object(header).get("samples")
    is_partial = isinstance(selected, int) and len(tests) < selected
    missing = f" ({len(tests)} of {selected} played)" if is_partial else ""
    return RunResults.of({"tests": list(tests.values())}, label or f"{path.name}{missing}")


def _parsed_object(line: bytes) -> Mapping[str, Any]:
    try:
        return as_object(json.loads(line)) or {}
    except (ValueError, RecursionError):
        return {}


def _parse_result(content: bytes, path: Path) -> Mapping[str, Any]:
    """Return the result in a file: JSON, or the rows of a report."""
    try:
        values = [cast("object", json.loads(content))]
    except (ValueError, RecursionError) as error:
        values = _parse_lines(content)
        if not _are_rows(values):
            message = f"{path} must be the JSON of a run, a journal, or the .jsonl rows of a report: {error}"
            raise ConfigurationError(message) from error
    if _are_rows(values):
        return {"tests": _tests_of(as_object(row) or {} for row in values)}
    fields = as_object(values[0])
    if fields is None:
        raise ConfigurationError(f"{path} must hold the result of a run, found {preview(values[0])}")
    return fields


def _parse_lines(content: bytes) -> list[object]:
    try:
        return [cast("object", json.loads(line)) for line in content.split(b"\n") if line.strip()]
    except (ValueError, RecursionError):
        return []


def _are_rows(values: Sequence[object]) -> bool:
    return bool(values) and all({"scenario_id", "passed"} <= (as_object(value) or {}).keys() for value in values)


def _tests_of(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return tests with all fields of a report's rows that comparisons use."""
    return [
        {
            "test_id": row.get("scenario_id"),
            "repeat": row.get("repeat"),
            "status": "completed" if row.get("has_run") else "failed",
            "verdict": _verdict(row),
            "verdict_reasons": row.get("reasons"),
            "tags": row.get("tags"),
            "title": row.get("title"),
            "duration_ms": _milliseconds(row),
            "usage": {"cost_usd": row.get("cost_usd")},
            "scores": {
                key.removeprefix(SCORE_PREFIX): value for key, value in row.items() if key.startswith(SCORE_PREFIX)
            },
        }
        for row in rows
    ]


def _verdict(row: Mapping[str, Any]) -> str:
    if row.get("outcome") == UNCHECKED:
        return UNCHECKED
    return "passed" if row.get("passed") else "failed"


def _milliseconds(row: Mapping[str, Any]) -> float | None:
    seconds = _number(row, "seconds")
    return None if seconds is None else 1000 * seconds


def _value(sample: Sample, metric: str) -> float | None:
    if metric == PASS_RATE:
        return float(sample.passed) if sample.is_checked else None
    return sample.scores.get(metric)


def _facts(run: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the known facts about a run: its date, dataset and agent, and its metadata."""
    result = as_object(run.get("result")) or run
    known = {
        "date": run.get("created_at") or result.get("started_at"),
        "dataset": run.get("dataset_name") or run.get("dataset"),
        "agent": run.get("agent_name") or run.get("agent_id"),
        "grader": " ".join(str(one) for one in (as_object(result.get("grader")) or {}).values() if one),
        **(as_object(result.get("metadata")) or {}),
    }
    for name, value in known.items():
        if isinstance(value, str | int | float) and value != "":
            yield str(name), str(value)


def _sample(test: Mapping[str, Any]) -> Sample:
    error = as_object(test.get("error"))
    has_run = ParsedTest(test, None).has_run
    verdict = test.get("verdict")
    reasons = list(map(str, as_list(test.get("verdict_reasons")) or ()))
    if not reasons and error:
        reasons = [str(error.get("message", error))]
    return Sample(
        scenario_id=str(test.get("test_id")),
        passed=has_run and verdict == "passed",
        has_run=has_run,
        reasons=tuple(reasons),
        scores=_scores(test),
        tags=tuple(map(str, as_list(test.get("tags")) or ())),
        seconds=_seconds(test),
        cost_usd=_number(as_object(test.get("usage")) or {}, "cost_usd"),
        latencies_ms=tuple(_latencies(test)),
        record=test,
        title=str(test.get("title") or ""),
        judge_cost_usd=_number(as_object(test.get("judge_usage")) or {}, "cost_usd"),
        is_checked=not (has_run and verdict == UNCHECKED),
    )


def _scores(test: Mapping[str, Any]) -> dict[str, float]:
    """Return the scores of a test, with the mean similarity of its texts if it was measured."""
    given = as_object(test.get("scores")) or {}
    values = {name: _score_value(score) for name, score in given.items()}
    scores = {name: float(value) for name, value in values.items() if _is_number(value)}
    if not test.get("action_results"):
        return scores
    actions = [as_object(action) or {} for action in as_list(test.get("action_results")) or []]
    found = [value for action in actions if _is_number(value := action.get("semantic_similarity"))]
    return {**scores, TEXT_SIMILARITY: fmean(found)} if found else scores


def _score_value(score: object) -> object:
    fields = as_object(score)
    return score if fields is None else fields.get("value")


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
    if (duration := _number(test, "duration_ms")) is not None:
        return duration / 1000
    started, completed = test.get("started_at"), test.get("completed_at")
    if not isinstance(started, str) or not isinstance(completed, str):
        return None
    try:
        begin, end = datetime.fromisoformat(started), datetime.fromisoformat(completed)
        return max(0.0, (end - begin).total_seconds())
    except (ValueError, TypeError):  # not dates, or only one of them has a time zone
        return None
