"""One run of an agent: connects options, samples, drivers and results."""

from __future__ import annotations

import logging
import sys
import time
from contextlib import AbstractContextManager, closing, nullcontext
from functools import partial
from typing import TYPE_CHECKING

from .._format import counted
from .._json import preview
from ..errors import ConfigurationError
from ..run_builder import RunBuilder
from ..run_builder.run import extend_run
from ..tracing.context import DEFAULT
from .agents import AgentFactory
from .collector import ResultCollector
from .drivers.threads import HungThreads, InlineInvoker, ThreadInvoker, interruptible, run_threads, worker
from .player import RunContext
from .progress import display_for, show_progress
from .sampling import RunQueue, SampleList, ScenarioStream, selected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ..run_builder.records import TestRecord
    from ..scorers.invariants import EnvironmentScorer
    from ..tracing.context import TracingHandle
    from .agents import AgentSource
    from .comparison import Comparison
    from .drivers.aio import AsyncInvoker, AsyncPrefetcher
    from .inside import Environments
    from .journal import Journal
    from .live import LiveRun
    from .options import Settings
    from .player import Steps
    from .sampling import Sample
    from .tool_matching import ToolCallMatcher

__all__ = ["Evaluation"]

_log = logging.getLogger("ashr_labs.eval")


class Evaluation:
    """One run; creating it checks everything and starts nothing."""

    def __init__(
        self,
        scenarios: Sequence[tuple[str, object]] | ScenarioStream,
        agent: AgentSource,
        comparison: Comparison,
        matcher: ToolCallMatcher,
        settings: Settings,
        tracing: TracingHandle | None = None,
        live: LiveRun | None = None,
    ) -> None:
        separate = settings.max_workers > 1 or settings.executor is not None
        self._settings = settings
        self._agents = AgentFactory(agent, separate=separate, teacher_forcing=settings.teacher_forcing)
        self._environments = _environments(settings, agent, self._agents)
        self._samples = selected(scenarios, settings)
        self._journal = None if settings.journal is None else _journal(settings, settings.journal, self._samples)
        known = self._samples if isinstance(self._samples, SampleList) else None
        self._total = None if known is None else len(known)
        # Of a journal it is not known yet which samples it has: see _fill_queue().
        self._queue = RunQueue(() if known is None or self._journal is not None else known, time.monotonic)
        self._record = RunBuilder()
        self._collector = ResultCollector(
            self._queue, settings, self._total, self._journal, tracing=tracing or DEFAULT.tracing, live=live
        )
        self._context = RunContext(
            self._agents,
            comparison,
            settings.callbacks,
            matcher,
            settings.timeout,
            settings.scenario_timeout,
            settings.teacher_forcing,
            settings.rate,
            settings.calls_from,
            self._environments,
            () if self._environments is None else _environment_scorers(settings),
            _play_to_outcome,
        )
        self._hung = HungThreads()
        self._is_interrupted = False

    @property
    def total(self) -> int | None:
        """The number of samples, if it is known."""
        return self._total

    def run(self) -> RunBuilder:
        """Play everything, in this thread or others, and return the record."""
        run = self._record.start()
        with self._open_journal(), self._open_environments():
            workers = self._fill_queue()
            play = self._player(workers)
            with self._shown_progress(), interruptible(self.interrupt):
                play()
                self._hung.warn()
                self._collector.wait_for_scores()
            self._report_end()
        return self._completed(run)

    async def arun(self) -> RunBuilder:
        """Play everything in the running event loop, and return the record."""
        if self._settings.executor is not None:
            import asyncio  # noqa: PLC0415 - see _run_in_own_loop()

            return await asyncio.to_thread(self.run)
        run = self._record.start()
        with self._open_journal(), self._open_environments():
            workers = self._fill_queue()
            with self._shown_progress():
                await self._run_in_loop(workers)
                self._hung.warn()
            self._report_end()
        return self._completed(run)

    def interrupt(self) -> None:
        """Start no more scenarios; those in progress are finished, and the run ends as `cancelled`."""
        self._is_interrupted = True
        self._queue.close()

    def ended_by(self, error: BaseException) -> RunBuilder:
        """Return the record of a run that raised, with the results so far."""
        return self._with_tests(self._record).complete("failed" if isinstance(error, Exception) else "cancelled")

    def _fill_queue(self) -> int:
        """Queue the samples that are not queued yet; return how many workers there are."""
        limit = None if self._environments is None else self._environments.limit
        workers = min(self._settings.max_workers, limit or self._settings.max_workers)
        samples = self._samples
        if isinstance(samples, SampleList):
            number = self._total or 0
            if self._journal is not None:
                to_play = list(filter(self._collector.needs_run, samples))
                self._queue.extend(to_play)
                number = len(to_play)
            return min(workers, max(number, 1))
        if not samples.is_async:
            self._queue.extend(filter(self._collector.needs_run, samples.samples(self._settings)))
        return workers

    def _open_journal(self) -> AbstractContextManager[object]:
        return closing(self._journal) if self._journal is not None else nullcontext()

    def _open_environments(self) -> AbstractContextManager[object]:
        return closing(self._environments) if self._environments is not None else nullcontext()

    def _shown_progress(self) -> AbstractContextManager[object]:
        """Report or show the progress: to the user's function, or on a display."""
        progress = self._settings.progress
        if callable(progress):
            progress(self._collector.progress())
            return nullcontext()
        display = display_for(progress, sys.stderr)
        return nullcontext() if display is None else show_progress(self._collector.progress, display)

    def _report_end(self) -> None:
        progress = self._settings.progress
        if callable(progress):
            progress(self._collector.progress(has_ended=True))

    def _player(self, workers: int) -> Callable[[], object]:
        """Return the function that plays all samples."""
        finish = self._collector.finish
        if self._settings.executor is not None:
            from .drivers.executors import run_executor  # noqa: PLC0415 - see _run_in_own_loop()

            return partial(run_executor, self._settings.executor, self._queue, self._context, finish)
        if self._agents.is_async or (self._environments is not None and self._environments.needs_loop):
            return partial(self._run_in_own_loop, workers)
        has_limit = self._settings.timeout is not None or self._settings.scenario_timeout is not None
        # In the thread of a running loop, an agent that calls asyncio.run() would fail.
        is_plain = not has_limit and (workers > 1 or not _is_in_loop())
        make_invoker = InlineInvoker if is_plain else partial(ThreadInvoker, self._hung)
        return partial(
            run_threads, self._queue, partial(worker, self._queue, self._context, make_invoker, finish), workers
        )

    def _run_in_own_loop(self, workers: int) -> None:
        # Function-level imports: asyncio takes longer to load than a small run takes.
        import asyncio  # noqa: PLC0415

        from .drivers.aio import run_in_loop  # noqa: PLC0415

        try:
            run_in_loop(lambda: self._run_in_loop(workers))
        except asyncio.CancelledError:
            # No one else has this loop: the agent has cancelled all of its tasks. What is missing is recorded.
            _log.error("the agent cancelled the task of the run, which ends early")

    async def _run_in_loop(self, workers: int) -> None:
        import asyncio  # noqa: PLC0415 - see _run_in_own_loop()

        from .drivers.aio import (  # noqa: PLC0415
            AsyncPrefetcher,
            AsyncThreadInvoker,
            AwaitInvoker,
            async_worker,
            run_tasks,
        )

        prefetcher: AsyncPrefetcher | None = None
        if isinstance(self._samples, ScenarioStream) and self._samples.is_async:
            samples = self._samples.async_samples(self._settings)
            prefetcher = AsyncPrefetcher(self._queue, samples, self._collector.needs_run)

        async def work() -> None:
            invoker: AsyncInvoker = AwaitInvoker() if self._agents.is_async else AsyncThreadInvoker(self._hung)
            await async_worker(self._queue, self._context, invoker, self._collector.finish, prefetcher)

        self._collector.use_loop(asyncio.get_running_loop())
        try:
            await run_tasks(self._queue, work, workers)
            await asyncio.to_thread(self._collector.wait_for_scores)
        finally:
            if prefetcher is not None:
                await prefetcher.close()
            if self._environments is not None:
                await self._environments.aclose()

    def _completed(self, run: RunBuilder) -> RunBuilder:
        """Compare what was selected with what was recorded, and return the record."""
        ended_early = self._is_interrupted or self._collector.has_too_many_errors
        unfinished = [] if ended_early else self._queue.unfinished()
        if unfinished:
            _log.error("the run ended without a result for %s", counted(len(unfinished), "selected scenario"))
            self._collector.add_unfinished(unfinished)
        self._collector.check_scores()
        self._with_tests(run)
        if self._is_interrupted:
            return run.complete("cancelled")
        return run.complete("failed" if unfinished or self._collector.has_too_many_errors else "completed")

    def _with_tests(self, run: RunBuilder) -> RunBuilder:
        facts = {"max_workers": self._settings.max_workers, **(self._settings.facts or {})}
        return extend_run(run, self._collector.tests()).describe(**facts)


def _journal(settings: Settings, path: str | Path, samples: SampleList | ScenarioStream) -> Journal:
    from .journal import open_journal  # noqa: PLC0415 - only runs with a journal load it

    return open_journal(settings, path, samples if isinstance(samples, SampleList) else None)


def _is_in_loop() -> bool:
    """Return True if an event loop runs in this thread; do not import asyncio to find out."""
    asyncio = sys.modules.get("asyncio")
    try:
        return asyncio is not None and asyncio.get_running_loop() is not None
    except (RuntimeError, AttributeError):  # no loop, or another thread is importing asyncio right now
        return False


def _environment_scorers(settings: Settings) -> list[EnvironmentScorer]:
    """Return the scorers that look at the environments."""
    from ..scorers.invariants import EnvironmentScorer  # noqa: PLC0415 - as in _environments()
    from ..scorers.registry import read_scorers  # noqa: PLC0415 - as above

    return [one for one in read_scorers(settings.scorers) if isinstance(one, EnvironmentScorer)]


def _environments(settings: Settings, agent: AgentSource, agents: AgentFactory) -> Environments | None:
    own = None if isinstance(agent, type) else getattr(agent, "open_environment", None)
    if own is not None and settings.environment is not None:
        raise ConfigurationError(f"environment cannot be set for {preview(agent)}, which works in one of its own")
    if own is None and settings.environment is None:
        return None
    from .environments import read_environment  # noqa: PLC0415 - most runs have none
    from .inside import Environments  # noqa: PLC0415 - see above

    source = read_environment(own or settings.environment)
    return None if source is None else Environments(source, agent_is_async=agents.is_async)


def _play_to_outcome(sample: Sample, test: TestRecord, context: RunContext) -> Steps:
    from .environment_player import play_to_outcome  # noqa: PLC0415 - see above

    return play_to_outcome(sample, test, context)
