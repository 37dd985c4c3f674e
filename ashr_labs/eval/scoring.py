"""Scores of a run: computed when a test has ended, while others are played."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from .._interrupts import ends_run
from .._json import as_json, as_object
from ..errors import ScorerError
from ..pricing import read_usage
from ..run_builder.records import total_usage
from ..scorers.base import failed_score
from ..scorers.invariants import EnvironmentScorer
from ..scorers.registry import read_scorers
from .checks import scoring_jobs

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Iterable, Mapping, Set

    from ashr_labs_types import TestResult, TokenUsage

    from ..scorers import BaseScorer, Score, ScorerContext
    from ..scorers.score import ScoreRecord
    from .checks import ScoringJob

__all__ = ["ScoredTest", "ScorerLoop", "Scoring", "scores_of"]

_Waiting: TypeAlias = "tuple[ScoredTest, list[ScoringJob], Callable[[], object]]"
"""A test to score, its scorers, and the callback for its end."""

_WAKE_SECONDS = 0.001
_THREADS = 8
"""How many tests are scored at a time by scorers that wait, such as judges."""


class ScoredTest(Protocol):
    """A test that takes scores."""

    output: object
    """The output as a value; UNSET if it is recorded as JSON or is the text of the last reply."""

    def build(self) -> TestResult:
        """Return the test as a dict."""
        ...

    def add_fields(self, **fields: Any) -> None:
        """Record further fields of the result."""
        ...


class ScorerLoop:
    """The event loop of asynchronous scorers: one for a whole run, so that clients of theirs keep their connections."""

    def __init__(self) -> None:
        self.running: AbstractEventLoop | None = None
        """The loop of the run; without one, a loop is started in a thread when it is needed."""
        self._started: AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def scores(self, scorer: BaseScorer, context: ScorerContext) -> dict[str, Score]:
        """Wait for the scores of a scorer; not in the thread of the loop."""
        import asyncio  # noqa: PLC0415 - most runs have no asynchronous scorers

        with self._lock:
            loop = self.running or self._started or self._start(asyncio.new_event_loop())
        found = asyncio.run_coroutine_threadsafe(_outcome(scorer, context), loop).result()
        if isinstance(found, BaseException):
            raise found
        return found

    def close(self) -> None:
        """Stop the loop that was started."""
        if self._thread is not None and self._started is not None:
            self._started.call_soon_threadsafe(self._started.stop)
            self._thread.join()
            self._started.close()

    def _start(self, loop: AbstractEventLoop) -> AbstractEventLoop:
        self._started = loop
        self._thread = threading.Thread(target=loop.run_forever, name="ashr-eval-scorer-loop", daemon=True)
        self._thread.start()
        return loop


class Scoring:
    """Scores the tests of a run: by scorers that only compute at once, by others in threads.

    Args:
        scorers: The scorers of all tests.
        threads: How many tests are scored at a time by scorers that wait.
    """

    def __init__(self, scorers: Iterable[object] = (), threads: int = _THREADS) -> None:
        self.scorers = read_scorers(scorers)
        self.loop = ScorerLoop()
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting] = deque()
        self._is_waking = False
        """Whether the loop of the run is to wake a thread."""
        self._working = 0
        """How many threads take tests that wait."""
        self._scored: deque[Callable[[], object]] = deque()
        """The callbacks of tests that are scored, for the loop of the run."""
        self._errors: list[BaseException] = []

    def lacks_scores(self, test: TestResult, scenario_id: str, raw: object) -> bool:
        """Return True if a recorded test has no score of one of the scorers that apply to it."""
        names = {scorer.name for scorer, _ in scoring_jobs(self.scorers, test, scenario_id, raw)}
        known = test.get("scores", {})
        return not names <= {*known, *(_scorer_of(score) for score in known.values())}

    def start(self, test: ScoredTest, scenario_id: str, raw: object, done: Callable[[], object]) -> None:
        """Score a test that has ended and call `done`: in this thread, or later in that of the loop or another.

        In a run with a loop, only the thread of the loop may call it.
        """
        built = test.build()
        jobs = [
            (scorer, context)
            for scorer, context in scoring_jobs(self.scorers, built, scenario_id, raw, test.output)
            # Those of the environment have looked at it before it was destroyed.
            if not (isinstance(scorer, EnvironmentScorer) and scorer.name in built.get("scores", {}))
        ]
        test.add_fields(**_row_fields(raw))
        if all(scorer.is_pure for scorer, _ in jobs):
            _score(test, jobs, self.loop)
            done()
            return
        self._enqueue((test, jobs, done))

    def wait(self) -> None:
        """Wait for all scores; not in the thread of the loop."""
        with self._lock:
            while self._wake_thread():
                pass
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        self.loop.close()

    def check(self) -> None:
        """Raise the exception of a callback that was called after scoring, if any."""
        if self._errors:
            raise self._errors[0]

    def _enqueue(self, waiting: _Waiting) -> None:
        """Let a thread score a test."""
        loop = self.loop.running
        with self._lock:
            self._waiting.append(waiting)
            if loop is None:
                self._wake_thread()
            elif not self._is_waking:
                self._is_waking = True
                loop.call_later(_WAKE_SECONDS, self._wake_later)

    def _wake_later(self) -> None:
        """Wake a thread for what has gathered, and another one a little later, if tests still wait then.

        In an event loop, waking a thread for each test takes longer than a scorer that only computes.
        """
        with self._lock:
            self._is_waking = self._wake_thread()
        if self._is_waking and self.loop.running is not None:
            self.loop.running.call_later(_WAKE_SECONDS, self._wake_later)

    def _wake_thread(self) -> bool:
        """Let one more thread score, if there may be one more, and return True; with the lock."""
        if not self._waiting or self._working == self._threads:
            return False
        self._working += 1
        self._pool = self._pool or ThreadPoolExecutor(self._threads, thread_name_prefix="ashr-eval-scorer")
        self._pool.submit(self._work)
        return True

    def _work(self) -> None:
        while (waiting := self._next()) is not None:
            test, jobs, done = waiting
            try:
                _score(test, jobs, self.loop)
            except BaseException as error:  # an interrupt by the user
                self._errors.append(error)
            self._finish(done)

    def _next(self) -> _Waiting | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._working -= 1
            return None

    def _finish(self, done: Callable[[], object]) -> None:
        """Call `done` in this thread, or in the loop of the run, which is woken once for all that are scored."""
        if self.loop.running is None:
            self._call(done)
            return
        with self._lock:
            self._scored.append(done)
            is_first = len(self._scored) == 1
        if is_first:
            self.loop.running.call_soon_threadsafe(self._finish_scored)

    def _finish_scored(self) -> None:
        with self._lock:
            scored, self._scored = self._scored, deque()
        for done in scored:
            self._call(done)

    def _call(self, done: Callable[[], object]) -> None:
        try:
            done()
        except BaseException as error:
            self._errors.append(error)


async def _outcome(scorer: BaseScorer, context: ScorerContext) -> dict[str, Score] | BaseException:
    """Return the scores or the exception: SystemExit raised in a task would end the event loop."""
    try:
        return await scorer.ascores(context)
    except BaseException as error:
        return error


def _row_fields(raw: object) -> dict[str, Any]:
    """Return the values of a row to record: the expected output, and an input that is not text."""
    metadata = as_object((as_object(raw) or {}).get("metadata")) or {}
    fields = {key: as_json(metadata[key]) for key in ("input", "expected") if key in metadata}
    if isinstance(fields.get("input"), str):
        del fields["input"]
    return fields


def _score(test: ScoredTest, jobs: Iterable[ScoringJob], loop: ScorerLoop) -> None:
    scores = scores_of(jobs, loop)
    test.add_fields(scores=scores)
    if usage := judge_usage(scores.values()):
        test.add_fields(judge_usage=usage)


def judge_usage(scores: Iterable[ScoreRecord]) -> TokenUsage:
    """Return the tokens and the cost of the judges of some scores; numbers that no judge reports are absent."""
    records = [as_object(score["metadata"].get("judge")) for score in scores if "metadata" in score]
    return total_usage([read_usage(record) for record in records if record is not None])


def scores_of(jobs: Iterable[ScoringJob], loop: ScorerLoop) -> dict[str, ScoreRecord]:
    """Return the scores of a test by their names; a scorer that raises gives none, with the error as the reason.

    Only an interrupt by the user is raised, as with agents.
    """
    jobs = list(jobs)
    names = {scorer.name for scorer, _ in jobs}
    scores: dict[str, ScoreRecord] = {}
    for scorer, context in jobs:
        try:
            found = loop.scores(scorer, context) if scorer.is_async else scorer.scores(context)
            _check_names(found, scorer.name, names | scores.keys())
        except BaseException as error:  # code of the user
            if ends_run(error):
                raise
            found = {scorer.name: failed_score(scorer.name, error)}
        for name, score in found.items():
            scores[name] = score.record(weight=scorer.weight, gate=scorer.gate)
    return scores


def _check_names(found: Mapping[str, Score], own: str, others: Set[str]) -> None:
    """Refuse a score of a list that would replace the score of another scorer."""
    taken = [name for name in found if name != own and name in others]
    if taken:
        raise ScorerError(f"a score that {own!r} returns in a list has the name of another one: {taken[0]!r}")


def _scorer_of(score: object) -> object:
    """Return the name of the scorer that returned a score with others; None if it returned just one."""
    return (as_object((as_object(score) or {}).get("metadata")) or {}).get("scorer")
