"""One run, from its options to its record."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import AbstractContextManager, closing, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..run_builder import RunBuilder
from .agent import AgentSupply
from .async_drivers import AsyncHelperCaller, LoopCaller, as_tasks, awork, run_in_loop
from .drivers import HelperCaller, PlainCaller, in_threads, work
from .executors import in_executor
from .helpers import Abandoned
from .interrupts import interruptible
from .journal import Journal, KeptTest
from .ledger import Ledger
from .limits import RateLimiter
from .samples import Agenda, select
from .sessions import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .agent import AgentSource
    from .async_drivers import AsyncCaller
    from .comparison import Comparison
    from .drivers import Caller
    from .options import Settings
    from .pairing import Matching
    from .samples import Sample

__all__ = ["Evaluation"]

_log = logging.getLogger("ashr_labs.eval")


class Evaluation:
    """One run of an agent against scenarios; making it checks everything, and starts nothing."""

    def __init__(
        self,
        scenarios: Sequence[tuple[str, object]],
        agent: AgentSource,
        comparison: Comparison,
        matching: Matching,
        settings: Settings,
    ) -> None:
        samples = select(scenarios, settings)
        self._settings = settings
        self._agents = AgentSupply(
            agent,
            separate=settings.max_workers > 1 or settings.executor is not None,
            teacher_forcing=settings.teacher_forcing,
        )
        self._stage = Stage(
            self._agents,
            comparison,
            settings.callbacks,
            matching,
            settings.timeout,
            settings.scenario_timeout,
            settings.teacher_forcing,
            RateLimiter(settings.requests_per_minute) if settings.requests_per_minute is not None else None,
        )
        self._journal = _journal(settings, samples)
        done, missing = _divided(samples, self._journal, rerun_failed=settings.rerun_failed)
        self._agenda = Agenda(missing, time.monotonic)
        self._ledger = Ledger(self._agenda, settings, len(samples), self._journal)
        for sample, test in done:
            self._ledger.keep(sample, test)
        self._workers = min(settings.max_workers, max(len(missing), 1))
        self._abandoned = Abandoned()
        self._is_interrupted = False

    def run(self) -> RunBuilder:
        """Play everything in this thread or from it, and return the record."""
        run = RunBuilder().start()
        with self._open_journal(), interruptible(self._interrupt):
            if self._settings.executor is not None:
                in_executor(self._settings.executor, self._agenda, self._stage, self._ledger.finish)
            elif self._agents.is_async:
                run_in_loop(self._play_in_loop)
            elif self._workers == 1:
                self._work()
            else:
                in_threads(self._agenda, self._work, self._workers)
        return self._completed(run)

    async def arun(self) -> RunBuilder:
        """Play everything in the running loop, and return the record."""
        if self._settings.executor is not None:
            return await asyncio.to_thread(self.run)
        run = RunBuilder().start()
        with self._open_journal():
            await self._play_in_loop()
        return self._completed(run)

    def _open_journal(self) -> AbstractContextManager[object]:
        return closing(self._journal) if self._journal is not None else nullcontext()

    def _work(self) -> None:
        has_limit = self._settings.timeout is not None or self._settings.scenario_timeout is not None
        caller: Caller = HelperCaller(self._abandoned) if has_limit else PlainCaller()
        work(self._agenda, self._stage, caller, self._ledger.finish)

    async def _play_in_loop(self) -> None:
        make = LoopCaller if self._agents.is_async else partial(AsyncHelperCaller, self._abandoned)

        async def worker() -> None:
            caller: AsyncCaller = make()
            await awork(self._agenda, self._stage, caller, self._ledger.finish)

        await as_tasks(self._agenda, worker, self._workers)

    def _interrupt(self) -> None:
        self._is_interrupted = True
        self._agenda.close()

    def _completed(self, run: RunBuilder) -> RunBuilder:
        for test in self._ledger.tests():
            run.add_record(test)
        if number := self._abandoned.number:
            _log.warning("%d calls of the agent never came back; their threads end with the process", number)
        if self._is_interrupted:
            return run.complete("cancelled")
        return run.complete("failed" if self._ledger.has_too_many_errors else "completed")


def _journal(settings: Settings, samples: Sequence[Sample]) -> Journal | None:
    if settings.journal is None:
        return None
    return Journal(Path(settings.journal), samples, resume=settings.resume or settings.rerun_failed)


def _divided(
    samples: Sequence[Sample], journal: Journal | None, *, rerun_failed: bool
) -> tuple[list[tuple[Sample, KeptTest]], list[Sample]]:
    """Divide the samples into those that are done, with their results, and those that are to be played."""
    kept = journal.kept if journal is not None else {}
    done: list[tuple[Sample, KeptTest]] = []
    missing: list[Sample] = []
    for sample in samples:
        result = kept.get((sample.scenario_id, sample.repeat or 0))
        if result is None or (rerun_failed and result["status"] == "failed"):
            missing.append(sample)
        else:
            done.append((sample, KeptTest(result)))
    return done, missing
