"""The report of `eval`: a graded run as JSON, plain text, or a table for a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TextIO

import click

from .._format import counted, one_line
from .._json import as_list, as_object
from ..results import RunResults
from ..results.reports.text import sample_text, score_lines, summary_text
from ._exit import ExitCode, Failure
from ._records import table_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..results import Sample

__all__ = ["EvalReport", "colored", "failures_text"]

_STYLES = {"passed": "green", "failed": "red", "error": "red", "unchecked": "yellow"}
_LINE_STYLES = {"- ": "red", "+ ": "green"}
_MAX_FAILURES = 10


@dataclass(frozen=True)
class EvalReport:
    """A graded run."""

    dataset_id: int
    run_id: int
    result: Mapping[str, Any]
    """The result; its tests have titles."""
    repeats: Mapping[str, Any] | None = None
    """Metrics of repeated scenarios."""

    @cached_property
    def tests(self) -> list[Mapping[str, Any]]:
        """The tests of the run."""
        return [test for raw in as_list(self.result.get("tests")) or [] if (test := as_object(raw)) is not None]

    @property
    def metrics(self) -> Mapping[str, Any]:
        """The aggregate metrics of the run."""
        return as_object(self.result.get("aggregate_metrics")) or {}

    @property
    def has_verdicts(self) -> bool:
        """Return True if the tests have verdicts; some platforms return only the totals."""
        return any("verdict" in test for test in self.tests)

    @cached_property
    def run(self) -> RunResults:
        """The samples of the run."""
        return RunResults.of(self.result, f"run {self.run_id}")

    def document(self) -> dict[str, Any]:
        """Return a JSON object."""
        return {
            "dataset_id": self.dataset_id,
            "run_id": self.run_id,
            "metrics": self.metrics,
            "tests": [
                {
                    "test_id": test.get("test_id"),
                    "title": test.get("title"),
                    "verdict": test.get("verdict"),
                    "reasons": test.get("verdict_reasons") or [],
                    "status": test.get("status"),
                    "error": test.get("error"),
                    "scores": test.get("scores") or {},
                    "trace_id": test.get("trace_id"),
                }
                for test in self.tests
            ],
            "grader": self.result.get("grader"),
            **({} if self.repeats is None else {"repeats": self.repeats}),
        }

    def plain(self, *, verbose: bool = False) -> str:
        """Return a line for each test, the transcripts of failures, and the summary."""
        table = table_text(self._rows()) if self.tests else ""
        return f"{table}{self._details(verbose=verbose)}{self._summary()}\n"

    def fancy(self, terminal: TextIO, *, verbose: bool = False) -> str:
        """Return a table that fits the terminal, the transcripts of failures, and the summary, with colours."""
        # Imported here: other commands need no table, and the import takes a third of their time.
        from rich.box import SIMPLE_HEAD  # noqa: PLC0415
        from rich.console import Console  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table(box=SIMPLE_HEAD)
        for heading in ("scenario", "title", "outcome", "first reason"):
            table.add_column(heading, overflow="fold")
        for name, title, outcome, reason in self._rows():
            table.add_row(*map(Text, (name, title)), Text(outcome, _STYLES.get(outcome, "")), Text(reason))
        console = Console(file=terminal)
        with console.capture() as captured:
            console.print(table)
        return f"{captured.get()}{colored(self._details(verbose=verbose))}{self._summary()}\n"

    def failure(self, min_pass_rate: float | None = None) -> Failure | None:
        """Return the failure of a run in which nothing ran, or whose totals alone miss the minimum pass rate.

        If the tests have verdicts, gates check the thresholds.
        """
        if not any(sample.has_run for sample in self.run.samples):
            reason = self._rows()[0][3] if self.tests else "there are none"
            message = f"nothing ran: no scenario ran to its end; the first: {reason}"
            return Failure(ExitCode.NOTHING_RAN, "NothingRan", message)
        passed = self.metrics.get("tests_passed") or 0
        rate = passed / len(self.tests)
        if self.has_verdicts or min_pass_rate is None or rate >= min_pass_rate:
            return None
        message = f"{passed} of {len(self.tests)} passed: a pass rate of {rate:.4g}, below {min_pass_rate:.4g}"
        return Failure(ExitCode.GATE_FAILED, "GateFailed", message)

    def _rows(self) -> list[tuple[str, str, str, str]]:
        if not self.has_verdicts:
            return [(one_line(str(test.get("test_id"))), "", str(test.get("status")), "") for test in self.tests]
        return [
            (one_line(one.name), one_line(one.title), one.outcome, one_line(one.reasons[0]) if one.reasons else "")
            for one in self.run.samples
        ]

    def _details(self, *, verbose: bool) -> str:
        return failures_text(self.run.samples, verbose=verbose) if self.has_verdicts else ""

    def _summary(self) -> str:
        if not self.has_verdicts:
            return f"{self.metrics.get('tests_passed', '-')} of {len(self.tests)} passed"
        repeats = (f"{name}={'-' if value is None else value}" for name, value in (self.repeats or {}).items())
        return "\n".join([*filter(None, [" ".join(repeats)]), *score_lines(self.run), summary_text(self.run)])


def failures_text(samples: Sequence[Sample], *, verbose: bool) -> str:
    """Return the transcripts of the first failures; with `verbose`, those of all samples."""
    failed = [one for one in samples if one.outcome in {"failed", "error"}]
    shown = list(samples) if verbose else failed[:_MAX_FAILURES]
    return "".join(_lines(shown, 0 if verbose else len(failed) - len(shown)))


def colored(text: str) -> str:
    """Return transcripts with the colours of a diff."""
    lines = [
        click.style(line, fg=_LINE_STYLES[line[:2]]) if line[:2] in _LINE_STYLES else line for line in text.splitlines()
    ]
    return "".join(f"{line}\n" for line in lines)


def _lines(samples: Sequence[Sample], hidden: int) -> Iterator[str]:
    if samples:
        yield "\n"
    for sample in samples:
        lines = sample_text(sample).splitlines()
        yield "".join(f"{_printable(line)}\n" for line in [*lines, ""])
    if hidden:
        yield f"... and {counted(hidden, 'more failure', 'more failures')}: use -v to show all transcripts\n\n"


def _printable(line: str) -> str:
    return "".join(character if character.isprintable() else " " for character in line)
