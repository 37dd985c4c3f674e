"""Takes what comes of each sample: keeps it, tells it, or has the sample played again."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING

from .._retry import Backoff
from .progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..run_builder import RecordedTest, TestBuilder
    from .agent_errors import Fault
    from .journal import Journal, JournalEntry
    from .options import Settings
    from .sampling import Agenda, Sample

__all__ = ["Ledger"]

_BACKOFF = Backoff(first=0.5, cap=60)


class Ledger:
    """The results of a run, by their places."""

    def __init__(
        self,
        agenda: Agenda,
        settings: Settings,
        total: int | None,
        journal: Journal | None = None,
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._agenda = agenda
        self._on_result = settings.on_result
        self._on_progress = settings.on_progress
        self._retries = settings.retries
        self._retried = settings.retried
        self._keeps_results = settings.keep_results
        self._reruns_failed = settings.rerun_failed
        self._total = total
        self._errors_allowed = settings.errors_allowed(total)
        self._journal = journal
        self._errors = 0
        self._kept = self._kept_errors = self._played = 0
        self._cost_usd: float | None = None
        self._tests: dict[int, RecordedTest] = {}
        self._lock = threading.Lock()
        self._clock = clock
        self._started = clock()

    @property
    def has_too_many_errors(self) -> bool:
        """Whether more scenarios failed than the run allows."""
        return self._errors >= self._errors_allowed

    def tests(self) -> Iterator[RecordedTest]:
        """Return what is there, in order."""
        return (test for _, test in sorted(self._tests.items()))

    def progress(self, *, has_ended: bool = False) -> Progress:
        """Return how far the run is."""
        return Progress(
            done=len(self._tests),
            total=self._total,
            failed=self._errors + self._kept_errors,
            running=max(0, self._agenda.taken - self._played),
            kept=self._kept,
            seconds=self._clock() - self._started,
            cost_usd=self._cost_usd,
            has_ended=has_ended,
        )

    def tell_progress(self, *, has_ended: bool = False) -> None:
        """Tell the user's function, if there is one, how far the run is."""
        if self._on_progress is not None:
            self._on_progress(self.progress(has_ended=has_ended))

    def is_missing(self, sample: Sample) -> bool:
        """Tell whether a sample must be played; take what the journal has of it if it need not."""
        entry = self._journal.find(sample) if self._journal is not None else None
        if self._journal is None or entry is None or (entry.has_failed and self._reruns_failed):
            return True
        self._tests[sample.place] = self._journal.test(entry, in_memory=self._keeps_results)
        self._kept += 1
        self._kept_errors += entry.has_failed
        return False

    def finish(self, sample: Sample, test: TestBuilder, fault: Fault | None) -> None:
        """Take what comes of a sample."""
        may_play_again = fault is not None and self._may_play_again(sample, fault)
        with self._lock:
            self._count(test)
            if not may_play_again:
                self._take(sample, test)
        if fault is not None and may_play_again:
            errors = (*sample.errors, test.error) if test.error else sample.errors
            self._agenda.put_back(
                sample._replace(errors=errors), _BACKOFF.delay(len(sample.errors), retry_after=fault.retry_after)
            )

    def _count(self, test: TestBuilder) -> None:
        self._played += 1
        if (cost := test.usage.get("cost_usd")) is not None:
            self._cost_usd = (self._cost_usd or 0.0) + cost

    def _take(self, sample: Sample, test: TestBuilder) -> None:
        self._errors += test.status == "failed"
        if self.has_too_many_errors:
            self._agenda.close()
        if self._on_result is None and self._journal is None:
            self._tests[sample.place] = test
            self.tell_progress()
            return
        result = test.build()
        entry = self._journal.add(sample, result) if self._journal is not None else None
        self._tests[sample.place] = self._recorded(test, entry)
        if self._on_result is not None:
            self._on_result(result)
        self.tell_progress()

    def _recorded(self, test: TestBuilder, entry: JournalEntry | None) -> RecordedTest:
        if self._journal is None or entry is None or self._keeps_results:
            return test
        return self._journal.test(entry, in_memory=False)

    def _may_play_again(self, sample: Sample, fault: Fault) -> bool:
        return (
            len(sample.errors) < self._retries
            and not self._agenda.is_closed
            and not self._retried.isdisjoint(fault.lineage)
        )
