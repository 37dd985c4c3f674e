"""The results of a session as one run: collected from all workers, reported, compared and stored at its end."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..errors import AshrLabsError
from ..results import compare, read_run
from ..results.reports import check_suffixes, write_report
from ..results.reports.text import comparison_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..results import Comparison, RunResults
    from ._stored import StoredRuns

__all__ = ["Session"]


@dataclass(eq=False)  # pytest before 9.1 needs plugins to be hashable
class Session:
    """Collects the results of the items, and reports them when the session ends."""

    reports: Sequence[Path]
    baseline: RunResults | None
    stored: StoredRuns | None
    lines: list[str] = field(default_factory=list[str])
    """The lines of the summary."""
    _played: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @classmethod
    def of(cls, reports: Sequence[str] | None, baseline: str | None, stored: StoredRuns | None) -> Session:
        """Validate the options before anything is played.

        Raises:
            pytest.UsageError: An option is invalid.
        """
        paths = [Path(path) for path in reports or ()]
        try:
            check_suffixes(*paths)
            return cls(paths, read_run(baseline) if baseline else None, stored)
        except AshrLabsError as error:
            raise pytest.UsageError(f"--ashr: {error}") from error

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the result of an item."""
        if (played := getattr(report, "ashr_played", None)) is not None:
            self._played.append(json.loads(played))
            if self.stored is not None:
                self.stored.add(self._played[-1])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Compare, report and store; an error fails the session."""
        if not self._played:
            return
        try:
            is_regression = self.comparison is not None and self._has_regression(self.comparison)
            for path in self.reports:
                write_report(path, self.run, self.comparison)
                self.lines.append(f"wrote {path}")
            if self.stored is not None:
                self.lines += self.stored.finish()
        except (AshrLabsError, OSError) as error:
            self.lines.append(f"error: {error}")
            is_regression = True
        if is_regression and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the summary."""
        if self.lines:
            terminalreporter.section("ashr")
            for line in self.lines:
                terminalreporter.write_line(line)

    @cached_property
    def run(self) -> RunResults:
        """The graded tests of the session."""
        return read_run({"tests": [one["graded"] for one in self._played]}, "this session")

    @cached_property
    def comparison(self) -> Comparison | None:
        """The comparison with the baseline, if there is one."""
        return compare(self.baseline, self.run) if self.baseline else None

    def _has_regression(self, comparison: Comparison) -> bool:
        self.lines += comparison_lines(comparison)
        return any(one.verdict == "worse" for one in comparison.differences)
