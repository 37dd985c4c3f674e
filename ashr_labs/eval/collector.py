"""Collect the results of a run, report progress, and schedule retries."""

from __future__ import annotations

import threading
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from .._retry import Backoff
from ..run_builder.records import KeptTest, TestRecord
from ..scenarios.scenario import has_checks
from .observation import deliver_test
from .progress import Progress

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Iterator, Mapping

    from ..run_builder import RecordedTest
    from ..tracing.context import TracingHandle
    from .agent_errors import AgentError
    from .journal import Journal
    from .live import LiveRun
    from .options import Settings
    from .sampling import RunQueue, Sample
    from .scoring import Scoring

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
        live: LiveRun | None = None,
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
        self._live = live
        self._scorers = settings.scorers
        self._made_scoring: Scoring | None = None
        self._loop: AbstractEventLoop | None = None
        self._errors = 0
        self.has_too_many_errors = self._max_errors <= 0
        """True if more scenarios failed than `fail_on_error` allows."""
        self._kept = self._kept_errors = 0
        self._cost_usd: float | None = None
        self._tests: dict[int, RecordedTest] = {}
        self._lock = threading.Lock()
        self._clock = clock
        self._started = clock()

    def use_loop(self, loop: AbstractEventLoop) -> None:
        """Run asynchronous scorers in this event loop and record their scores there."""
        self._loop = loop

    def wait_for_scores(self) -> None:
        """Wait until all tests are scored; not in the thread of the event loop."""
        if self._made_scoring is not None:
            self._made_scoring.wait()

    def check_scores(self) -> None:
        """Raise the exception of a callback that was called after scoring, if any."""
        if self._made_scoring is not None:
            self._made_scoring.check()

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
        test = self._tests[sample.position] = self._journal.test(entry, in_memory=self._settings.keep_results)
        if self._live is not None:
            self._live.add(test)
        self._kept += 1
        self._kept_errors += entry.has_failed
        if not entry.has_failed and (self._scorers or has_checks(sample.raw)):
            self._score_kept(sample)
        return False

    def _score_kept(self, sample: Sample) -> None:
        """Score a test of the journal that lacks a score: it was played with other scorers."""
        test = KeptTest(self._tests[sample.position].build())
        if self._scoring().lacks_scores(test.build(), sample.scenario_id, sample.raw):
            self._scoring().start(test, sample.scenario_id, sample.raw, partial(self._keep, sample, test))

    def _keep(self, sample: Sample, test: KeptTest) -> None:
        with self._lock:
            self._tests[sample.position] = self._journaled(sample, test)
            if self._live is not None:
                self._live.add(test)

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
        if error is None and (self._scorers or test.has_checks):
            self._queue.done(sample)  # workers do not wait for scores
            self._scoring().start(test, sample.scenario_id, sample.raw, partial(self._add, sample, test))
        else:
            self._add(sample, test)

    def _add(self, sample: Sample, test: TestRecord) -> None:
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
            test.title, test.tags = sample.title, sample.tags
            message = "the scenario was selected, but the run ended without a result for it"
            path = f"runs.{sample.scenario_id}"
            test.fail({"kind": "cancelled", "type": NOT_RECORDED, "message": message, "path": path})
            self._errors += 1
            self._tests[sample.position] = test

    def _add_cost(self, test: TestRecord) -> None:
        judges: Mapping[str, Any] = test.more.get("judge_usage", {}) if test.more else {}
        for cost in (test.cost_usd, judges.get("cost_usd")):
            if cost is not None:
                self._cost_usd = (self._cost_usd or 0.0) + cost

    def _record(self, sample: Sample, test: TestRecord) -> None:
        if test.status == "failed":
            self._errors += 1
            self.has_too_many_errors = self._errors >= self._max_errors
        if self.has_too_many_errors:
            self._queue.close()
        if self._live is not None:
            self._live.add(test)
        on_result = self._settings.on_result
        if on_result is None and self._journal is None:
            self._tests[sample.position] = test
            return
        self._tests[sample.position] = self._journaled(sample, test)
        if on_result is not None:
            on_result(test.build())

    def _journaled(self, sample: Sample, test: RecordedTest) -> RecordedTest:
        """Write a test to the journal, if any, and return the record to keep."""
        if self._journal is None:
            return test
        entry = self._journal.add(sample, test.build())
        return test if self._settings.keep_results else self._journal.test(entry, in_memory=False)

    def _scoring(self) -> Scoring:
        """Return the scoring of the run, made when it is first needed: most runs have no scorers."""
        with self._lock:
            if self._made_scoring is None:
                from .scoring import Scoring  # noqa: PLC0415 - see above

                self._made_scoring = Scoring(self._scorers)
                self._made_scoring.loop.running = self._loop
            return self._made_scoring

    def _may_retry(self, sample: Sample, error: AgentError) -> bool:
        return (
            len(sample.errors) < self._settings.retries
            and not self._queue.is_closed
            and not self._retry_on.isdisjoint(error.error_types)
        )
