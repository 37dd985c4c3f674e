"""One run, from its options to its record."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from typing import TYPE_CHECKING, cast

from .._retry import RateLimiter
from ..errors import ConfigurationError
from ..run_builder import RunBuilder
from .agents import AgentSupply
from .collector import Ledger
from .drivers.helpers import Abandoned
from .drivers.interrupts import interruptible
from .drivers.threads import HelperCaller, PlainCaller, in_threads, work
from .sampling import Agenda, Choice
from .screens import screen_for, shown
from .session import Stage
from .streams import ScenarioStream

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from concurrent.futures import Executor

    from .agents import AgentSource
    from .comparison import Comparison
    from .drivers.aio import AsyncCaller
    from .drivers.threads import Caller
    from .feed import Feed
    from .journal import Journal
    from .options import Settings
    from .tool_matching import ToolCallMatcher

__all__ = ["Evaluation"]

_log = logging.getLogger("ashr_labs.eval")


class Evaluation:
    """One run of an agent against scenarios; making it checks everything, and starts nothing."""

    def __init__(
        self,
        scenarios: Sequence[tuple[str, object]] | ScenarioStream,
        agent: AgentSource,
        comparison: Comparison,
        matching: ToolCallMatcher,
        settings: Settings,
    ) -> None:
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
        self._agenda = Agenda((), time.monotonic)
        self._workers = settings.max_workers
        self._feed: Feed | None = None
        self._journal: Journal | None = None
        self._abandoned = Abandoned()
        self._is_interrupted = False
        if isinstance(scenarios, ScenarioStream):
            self._take_stream(scenarios)
        else:
            self._take(Choice(scenarios, settings))

    def _take(self, samples: Choice) -> None:
        """Take scenarios that are all there."""
        self._open(samples)
        missing = samples if self._journal is None else list(filter(self._ledger.is_missing, samples))
        self._agenda.feed(missing)
        self._workers = min(self._workers, max(len(missing), 1))

    def _take_stream(self, stream: ScenarioStream) -> None:
        """Take scenarios that are read when somebody is free to play them."""
        if not stream.is_async:
            samples = stream.samples(self._settings)
            self._open(None)
            self._agenda.feed(filter(self._ledger.is_missing, samples))
            return
        if self._settings.executor is not None:
            raise ConfigurationError("an executor cannot play scenarios of an asynchronous iterator; leave it out")
        from .feed import Feed  # noqa: PLC0415 - as below

        later = stream.samples_later(self._settings)
        self._open(None)
        self._feed = Feed(self._agenda, later, self._ledger.is_missing)

    def _open(self, samples: Choice | None) -> None:
        """Open the journal, if one is wanted, and what takes the results."""
        if self._settings.journal is not None:
            from .journal import open_journal  # noqa: PLC0415 - only runs with a journal pay for it

            self._journal = open_journal(self._settings, self._settings.journal, samples)
        self._ledger = Ledger(self._agenda, self._settings, None if samples is None else len(samples), self._journal)

    def run(self) -> RunBuilder:
        """Play everything in this thread or from it, and return the record."""
        run = RunBuilder().start()
        with self._open_journal(), self._shown(), interruptible(self._interrupt):
            if self._settings.executor is not None:
                self._play_elsewhere(self._settings.executor)
            elif self._agents.is_async:
                self._play_in_own_loop()
            elif self._workers == 1:
                self._work()
            else:
                in_threads(self._agenda, self._work, self._workers)
        return self._completed(run)

    async def arun(self) -> RunBuilder:
        """Play everything in the running loop, and return the record."""
        if self._settings.executor is not None:
            import asyncio  # noqa: PLC0415 - loaded by whoever awaits this; the synchronous runner does without

            return await asyncio.to_thread(self.run)
        run = RunBuilder().start()
        with self._open_journal(), self._shown():
            await self._play_in_loop()
        return self._completed(run)

    def _open_journal(self) -> AbstractContextManager[object]:
        return closing(self._journal) if self._journal is not None else nullcontext()

    @contextmanager
    def _shown(self) -> Generator[None]:
        """Show, and tell, how far the run is while the block runs."""
        wanted = False if self._settings.on_progress is not None else cast("bool | None", self._settings.progress)
        self._ledger.tell_progress()
        with shown(self._ledger.progress, screen_for(wanted, sys.stderr)):
            yield
        self._ledger.tell_progress(has_ended=True)

    def _work(self) -> None:
        has_limit = self._settings.timeout is not None or self._settings.scenario_timeout is not None
        caller: Caller = HelperCaller(self._abandoned) if has_limit else PlainCaller()
        work(self._agenda, self._stage, caller, self._ledger.finish)

    # What drives tasks and executors is imported by whoever plays in them: it takes longer to load than a small run.

    def _play_elsewhere(self, executor: Executor) -> None:
        from .drivers.executors import in_executor  # noqa: PLC0415

        in_executor(executor, self._agenda, self._stage, self._ledger.finish)

    def _play_in_own_loop(self) -> None:
        from .drivers.aio import run_in_loop  # noqa: PLC0415

        run_in_loop(self._play_in_loop)

    async def _play_in_loop(self) -> None:
        from .drivers.aio import AsyncHelperCaller, LoopCaller, as_tasks, awork  # noqa: PLC0415

        async def worker() -> None:
            caller: AsyncCaller = LoopCaller() if self._agents.is_async else AsyncHelperCaller(self._abandoned)
            await awork(self._agenda, self._stage, caller, self._ledger.finish, self._feed)

        try:
            await as_tasks(self._agenda, worker, self._workers)
        finally:
            if self._feed is not None:
                await self._feed.close()

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
