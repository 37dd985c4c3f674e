"""Takes what comes of each sample: keeps it, tells it, or has the sample played again."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from .limits import backoff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..run_builder import RecordedTest, TestBuilder
    from .faults import Fault
    from .journal import Journal
    from .options import Settings
    from .samples import Agenda, Sample

__all__ = ["Ledger"]


class Ledger:
    """The results of a run, by their places."""

    def __init__(self, agenda: Agenda, settings: Settings, total: int, journal: Journal | None = None) -> None:
        self._agenda = agenda
        self._on_result = settings.on_result
        self._retries = settings.retries
        self._retried = settings.retried
        self._errors_allowed = settings.errors_allowed(total)
        self._journal = journal
        self._errors = 0
        self._tests: dict[int, RecordedTest] = {}
        self._lock = threading.Lock()

    @property
    def has_too_many_errors(self) -> bool:
        """Whether more scenarios failed than the run allows."""
        return self._errors >= self._errors_allowed

    def tests(self) -> Iterator[RecordedTest]:
        """Return what is there, in order."""
        return (test for _, test in sorted(self._tests.items()))

    def finish(self, sample: Sample, test: TestBuilder, fault: Fault | None) -> None:
        """Take what comes of a sample."""
        if fault is not None and self._may_play_again(sample, fault):
            errors = (*sample.errors, test.error) if test.error else sample.errors
            self._agenda.put_back(sample._replace(errors=errors), backoff(len(sample.errors), fault.retry_after))
            return
        with self._lock:
            self._tests[sample.place] = test
            self._errors += test.status == "failed"
            if self.has_too_many_errors:
                self._agenda.close()
            if self._on_result is None and self._journal is None:
                return
            result = test.build()
            if self._journal is not None:
                self._journal.add(sample, result)
            if self._on_result is not None:
                self._on_result(result)

    def keep(self, sample: Sample, test: RecordedTest) -> None:
        """Take what is done already."""
        self._tests[sample.place] = test

    def _may_play_again(self, sample: Sample, fault: Fault) -> bool:
        return (
            len(sample.errors) < self._retries
            and not self._agenda.is_closed
            and not self._retried.isdisjoint(fault.lineage)
        )
