"""The report of `eval`: a graded run as JSON, plain text, or a table for a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from .._format import one_line
from .._json import as_list, as_object
from ._exit import ExitCode, Failure
from ._records import table_text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EvalReport"]

_STYLES = {"passed": "green", "failed": "red"}


@dataclass(frozen=True, slots=True)
class EvalReport:
    """A graded run."""

    dataset_id: int
    run_id: int
    result: Mapping[str, Any]
    titles: Mapping[str, str]
    """Titles of the scenarios by their ids."""
    repeats: Mapping[str, Any] | None = None
    """Metrics of repeated scenarios."""

    @property
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

    def document(self) -> dict[str, Any]:
        """Return a JSON object."""
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
        """Return lines of text."""
        return table_text(self._rows()) + f"{self._totals()}\n" if self.tests else f"{self._totals()}\n"

    def fancy(self, terminal: TextIO) -> str:
        """Return a table that fits the terminal."""
        # Imported here: other commands need no table, and the import takes a third of their time.
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
        """Return the failure of a run in which nothing ran, or whose totals alone miss the minimum pass rate.

        If the tests have verdicts, gates check the thresholds.
        """
        if not any(test.get("played", test.get("status") != "failed") for test in self.tests):
            reason = self._rows()[0][3] if self.tests else "there are none"
            message = f"nothing ran: no scenario ran to its end; the first: {reason}"
            return Failure(ExitCode.NOTHING_RAN, "NothingRan", message)
        if all(test.get("verdict") == "unchecked" for test in self.tests):
            message = "nothing was checked: no scenario expects a tool call or a text of the agent"
            return Failure(ExitCode.NOTHING_RAN, "NothingChecked", message)
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
