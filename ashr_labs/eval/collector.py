"""Collect the results of a run, report progress, and schedule retries."""

from __future__ import annotations

import threading
from time import monotonic
from typing import TYPE_CHECKING

from .._retry import Backoff
from ..run_builder.records import TestRecord
from .observation import deliver_test
from .progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..run_builder import RecordedTest
    from ..tracing.context import TracingHandle
    from .agent_errors import AgentError
    from .journal import Journal, JournalEntry
    from .options import Settings
    from .sampling import RunQueue, Sample

__all__ = ["NOT_RECORDED", "ResultCollector"]

_BACKOFF = Backoff(first=0.5, cap=60)

NOT_RECORDED = "NotRecorded"
"""The type of the error of a test that was selected, but that nothing was recorded for."""


class ResultCollector:
    """The results of a run, by the indexes of their samples."""

    def __init__(
        self,
        queue: RunQueue,
        settings: Settings,
        total: int | None,
        journal: Journal | None = None,
        *,
        tracing: TracingHandle | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._queue = queue
        self._settings = settings
        self._on_progress = settings.on_progress
        self._retry_on = settings.retry_types
        self._total = total
        self._max_errors = settings.max_errors(total)
        self._journal = journal
        self._tracing = tracing
        self._errors = 0
        self.has_too_many_errors = self._max_errors <= 0
        """True if more scenarios failed than `fail_on_error` allows."""
        self._kept = self._kept_errors = 0
        self._cost_usd: float | None = None
        self._tests: dict[int, RecordedTest] = {}
        self._lock = threading.Lock()
        self._clock = clock
        self._started = clock()

    def tests(self) -> Iterator[RecordedTest]:
        """Return the results in order."""
        return (test for _, test in sorted(self._tests.items()))

    def progress(self, *, has_ended: bool = False) -> Progress:
        """Return the progress of the run."""
        return Progress(
            done=len(self._tests),
            total=self._total,
            failed=self._errors + self._kept_errors,
            running=self._queue.in_progress,
            kept=self._kept,
            seconds=self._clock() - self._started,
            cost_usd=self._cost_usd,
            has_ended=has_ended,
        )

    def needs_run(self, sample: Sample) -> bool:
        """Return True if a sample must be played; otherwise take its result from the journal."""
        entry = self._journal.find(sample) if self._journal is not None else None
        if self._journal is None or entry is None or (entry.has_failed and self._settings.rerun_failed):
            return True
        self._tests[sample.position] = self._journal.test(entry, in_memory=self._settings.keep_results)
        self._kept += 1
        self._kept_errors += entry.has_failed
        return False

    def finish(self, sample: Sample, test: TestRecord, error: AgentError | None) -> None:
        """Record the result of a sample, or schedule a retry."""
        if error is not None and self._may_retry(sample, error):
            with self._lock:
                self._add_cost(test)
            errors = (*sample.errors, test.error) if test.error else sample.errors
            delay = _BACKOFF.delay(len(sample.errors), retry_after=error.retry_after)
            self._queue.requeue(sample._replace(errors=errors), delay)
            return
        if self._tracing is not None:
            deliver_test(self._tracing, test)
        with self._lock:
            self._add_cost(test)
            self._record(sample, test)
            self._queue.done(sample)
            if self._on_progress is not None:
                self._on_progress(self.progress())

    def add_unfinished(self, samples: list[Sample]) -> None:
        """Record samples that were selected, but have no result, as failed."""
        for sample in samples:
            test = TestRecord(sample.scenario_id).start()
            test.set_attempts(sample.repeat, sample.errors)
            test.tags = sample.tags
            message = "the scenario was selected, but the run ended without a result for it"
            path = f"runs.{sample.scenario_id}"
            test.fail({"kind": "cancelled", "type": NOT_RECORDED, "message": message, "path": path})
            self._errors += 1
            self._tests[sample.position] = test

    def _add_cost(self, test: TestRecord) -> None:
        if test.cost_usd is not None:
            self._cost_usd = (self._cost_usd or 0.0) + test.cost_usd

    def _record(self, sample: Sample, test: TestRecord) -> None:
        if test.status == "failed":
            self._errors += 1
            self.has_too_many_errors = self._errors >= self._max_errors
        if self.has_too_many_errors:
            self._queue.close()
        on_result = self._settings.on_result
        if on_result is None and self._journal is None:
            self._tests[sample.position] = test
            return
        result = test.build()
        entry = self._journal.add(sample, result) if self._journal is not None else None
        self._tests[sample.position] = self._stored(test, entry)
        if on_result is not None:
            on_result(result)

    def _stored(self, test: TestRecord, entry: JournalEntry | None) -> RecordedTest:
        if self._journal is None or entry is None or self._settings.keep_results:
            return test
        return self._journal.test(entry, in_memory=False)

    def _may_retry(self, sample: Sample, error: AgentError) -> bool:
        return (
            len(sample.errors) < self._settings.retries
            and not self._queue.is_closed
            and not self._retry_on.isdisjoint(error.error_types)
        )
