"""What a graded run says: as one JSON object, as plain lines, as a table for a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from .._json import as_list, as_object
from ._failures import ExitCode, Failure
from ._output import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Report"]

_STYLES = {"passed": "green", "failed": "red"}


@dataclass(frozen=True, slots=True)
class Report:
    """A graded run."""

    dataset_id: int
    run_id: int
    result: Mapping[str, Any]
    titles: Mapping[str, str]
    """The scenarios' titles by their ids."""
    repeats: Mapping[str, Any] | None = None
    """What the repeats of the scenarios tell."""

    @property
    def tests(self) -> list[Mapping[str, Any]]:
        """The run's tests."""
        return [test for raw in as_list(self.result.get("tests")) or [] if (test := as_object(raw)) is not None]

    @property
    def metrics(self) -> Mapping[str, Any]:
        """The run's totals."""
        return as_object(self.result.get("aggregate_metrics")) or {}

    @property
    def has_verdicts(self) -> bool:
        """Whether it is told of each test, and not only in the totals, what passed."""
        return any("verdict" in test for test in self.tests)

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "dataset_id": self.dataset_id,
            "run_id": self.run_id,
            "metrics": self.metrics,
            "tests": [
                {
                    "test_id": test.get("test_id"),
                    "title": self.titles.get(str(test.get("test_id"))),
                    "verdict": test.get("verdict"),
                    "reasons": test.get("verdict_reasons") or [],
                    "status": test.get("status"),
                    "error": test.get("error"),
                }
                for test in self.tests
            ],
            "grader": self.result.get("grader"),
            **({} if self.repeats is None else {"repeats": self.repeats}),
        }

    def plain(self) -> str:
        """Return it as lines of text."""
        rows = self._rows()
        widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
        lines = [
            "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
            for row in rows
        ]
        return "\n".join([*lines, self._totals()]) + "\n"

    def fancy(self, terminal: TextIO) -> str:
        """Return it as a table that fits the terminal."""
        # Imported here because most commands need no table, and it costs half as much as all the rest.
        from rich.box import SIMPLE_HEAD  # noqa: PLC0415
        from rich.console import Console  # noqa: PLC0415
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table(box=SIMPLE_HEAD)
        for heading in ("scenario", "title", "verdict", "first reason"):
            table.add_column(heading, overflow="fold")
        for test_id, title, verdict, reason in self._rows():
            table.add_row(*map(Text, (test_id, title)), Text(verdict, _STYLES.get(verdict, "")), Text(reason))
        console = Console(file=terminal)
        with console.capture() as captured:
            console.print(table)
            console.print(Text(self._totals()))
        return captured.get()

    def failure(self, min_pass_rate: float | None = None) -> Failure | None:
        """Return why the run is none to go on with: nothing ran, or a platform that tells only totals tells too few.

        Where the tests have verdicts, thresholds are the gates' matter.
        """
        if not any(test.get("status") != "failed" for test in self.tests):
            reason = self._rows()[0][3] if self.tests else "there are none"
            message = f"nothing ran: no scenario could be played to its end; the first: {reason}"
            return Failure(ExitCode.NOTHING_RAN, "NothingRan", message)
        passed = self.metrics.get("tests_passed") or 0
        rate = passed / len(self.tests)
        if self.has_verdicts or min_pass_rate is None or rate >= min_pass_rate:
            return None
        message = f"{passed} of {len(self.tests)} passed: a pass rate of {rate:.4g}, below {min_pass_rate:.4g}"
        return Failure(ExitCode.GATE_FAILED, "GateFailed", message)

    def _rows(self) -> list[tuple[str, str, str, str]]:
        return [self._row(test) for test in self.tests]

    def _row(self, test: Mapping[str, Any]) -> tuple[str, str, str, str]:
        test_id = str(test.get("test_id"))
        reasons = as_list(test.get("verdict_reasons")) or [(as_object(test.get("error")) or {}).get("message", "")]
        verdict = str(test.get("verdict") or test.get("status"))
        title, reason = self.titles.get(test_id, ""), str(reasons[0])
        return one_line(test_id), one_line(title), verdict, one_line(reason)

    def _totals(self) -> str:
        numbers = {**self.metrics, **(self.repeats or {})}
        return one_line("  ".join(f"{name}={'-' if value is None else value}" for name, value in numbers.items()))
