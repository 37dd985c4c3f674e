"""Store a run on a platform while it is played: finished tests in batches, heartbeats, and its end."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, cast

from .._retry import Backoff
from .._threads import start_daemon
from ..errors import AshrLabsError, ConfigurationError, ConflictError, NotFoundError
from ..run_builder.run import set_run_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ashr_labs_types import AppendRunTestsResponse, Run

    from ..run_builder import RecordedTest, RunBuilder

__all__ = ["LiveClient", "LiveRun", "reaction_to"]

_log = logging.getLogger("ashr_labs.eval")

_BATCH = 50
"""The number of finished tests that are sent at once."""
_MAX_BATCH = 500
"""How many tests a call has at most, when tests finish faster than they can be sent."""
_BATCH_SECONDS = 1.0
"""After this time, fewer tests are sent as well."""
_HEARTBEAT_SECONDS = 3.0
_BACKOFF = Backoff(first=0.5, cap=5.0)
_FINISH_SECONDS = 60.0
"""For how long storing the whole result is retried."""
_REFUSED = frozenset({400, 413, 422})
"""Statuses that say that the content of a call is not acceptable."""

_RETRIED = "run %d cannot be updated, which is retried: %s"

Reaction: TypeAlias = Literal["retry", "halve", "drop", "stop"]


class LiveClient(Protocol):
    """The methods of a client that store a run while it is played."""

    def start_run(self, dataset_id: int, *, tests_total: int | None = None) -> Run:
        """Store a run that is being played."""
        ...

    def append_run_tests(self, run_id: int, tests: Sequence[Mapping[str, Any]]) -> AppendRunTestsResponse:
        """Append finished tests."""
        ...

    def finish_run(self, run_id: int, result: Mapping[str, Any]) -> Run:
        """Store the whole result."""
        ...


def reaction_to(error: Exception, tests: int) -> Reaction:
    """Decide what to do about a call with some tests that failed.

    A refused batch is sent in halves until only the tests that the platform refuses are left out.
    """
    if isinstance(error, NotFoundError | ConflictError):
        return "stop"
    is_refused = isinstance(error, ConfigurationError) or getattr(error, "status_code", None) in _REFUSED
    if not is_refused or not tests:
        return "retry"
    return "halve" if tests > 1 else "drop"


class LiveRun:
    """A run that a thread stores on a platform while it is played; players never wait for it.

    Args:
        client: The client of the platform.
        dataset_id: The dataset that is played.
        sleep: Waits between attempts to store the whole result.
        clock: The time in seconds.
    """

    def __init__(
        self,
        client: LiveClient,
        dataset_id: int,
        *,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._dataset_id = dataset_id
        self._sleep = sleep
        self._clock = clock
        self._run_id = 0
        self._cancel: Callable[[], object] = _nothing
        self._sender = _with_options(client, max_retries=0)
        self._waiting: deque[RecordedTest] = deque()
        self._max_batch = _MAX_BATCH
        self._failures = 0
        self._heartbeat_due = 0.0
        self._is_cancelled = False
        self._woken = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, tests_total: int | None, cancel: Callable[[], object]) -> None:
        """Store the run without tests, and start the thread.

        Args:
            tests_total: The number of tests, if it is known.
            cancel: Called once, in the thread, when the run is to stop.
        """
        self._run_id = self._client.start_run(self._dataset_id, tests_total=tests_total)["id"]
        self._cancel = cancel
        self._heartbeat_due = self._clock() + _HEARTBEAT_SECONDS
        self._thread = start_daemon(self._send_tests, "ashr-eval-live")

    def add(self, test: RecordedTest) -> None:
        """Send a finished test with the next batch; do not wait."""
        self._waiting.append(test)
        if len(self._waiting) >= _BATCH:
            self._woken.set()

    def finish(self, run: RunBuilder, *, seconds: float = _FINISH_SECONDS) -> None:
        """Store the whole result, and set the id of the run; log an error if it cannot be stored in time."""
        self._ending.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
        # The key makes an attempt whose response was lost succeed when it is repeated.
        client = _with_options(self._client, max_retries=0, idempotency_key=os.urandom(16).hex())
        result: dict[str, Any] = {**run.build()}
        until, failures = self._clock() + seconds, 0
        while error := self._error_of_finish(client, run, result):
            delay = _BACKOFF.delay(failures)
            failures += 1
            if reaction_to(error, len(result["tests"])) != "retry" or self._clock() + delay > until:
                _log.error("run %d could not be stored: %s; store it with deploy()", self._run_id, error)
                return
            if failures == 1:
                _log.warning(_RETRIED, self._run_id, error)
            self._sleep(delay)

    def _error_of_finish(self, client: LiveClient, run: RunBuilder, result: Mapping[str, Any]) -> Exception | None:
        try:
            set_run_id(run, client.finish_run(self._run_id, result)["id"])
        except AshrLabsError as error:
            return error
        return None

    def _send_tests(self) -> None:
        while not self._ending.is_set():
            self._woken.wait(_BATCH_SECONDS)
            self._woken.clear()
            delay = 0.0 if self._ending.is_set() else self._send_batch()
            if len(self._waiting) >= _BATCH:
                self._woken.set()
            if delay:
                self._ending.wait(delay)

    def _send_batch(self) -> float:
        """Send the next tests, or a heartbeat if it is due; return the seconds to wait before the next call."""
        batch = [self._waiting.popleft() for _ in range(min(self._max_batch, len(self._waiting)))]
        if not batch and self._clock() < self._heartbeat_due:
            return 0.0
        try:
            response = self._sender.append_run_tests(self._run_id, [{**test.build()} for test in batch])
        except Exception as error:  # the run goes on whatever happens to its copy on the platform
            return self._react(batch, error)
        self._failures, self._max_batch = 0, _MAX_BATCH
        self._heartbeat_due = self._clock() + _HEARTBEAT_SECONDS
        if response["cancel_requested"] and not self._is_cancelled:
            self._is_cancelled = True
            self._cancel()
            _log.warning("run %d was cancelled; the scenarios in progress are finished", self._run_id)
        return 0.0

    def _react(self, batch: list[RecordedTest], error: Exception) -> float:
        """Keep the tests that are sent again, and return the seconds to wait before the next call."""
        reaction = reaction_to(error, len(batch))
        if reaction in {"retry", "halve"}:
            self._waiting.extendleft(reversed(batch))
        match reaction:
            case "retry":
                if not self._failures:
                    _log.warning(_RETRIED, self._run_id, error)
                self._failures += 1
                return _BACKOFF.delay(self._failures - 1)
            case "halve":
                self._max_batch = len(batch) // 2
                self._woken.set()
            case "drop":
                _log.warning("run %d is without a test until it ends: %s", self._run_id, error)
            case "stop":
                _log.warning("run %d is not updated any more until it ends: %s", self._run_id, error)
                self._ending.set()
        return 0.0


def _with_options(client: LiveClient, **options: Any) -> LiveClient:
    """Return the client with options, if it supports them."""
    with_options = getattr(client, "with_options", None)
    return cast("LiveClient", with_options(**options)) if callable(with_options) else client


def _nothing() -> None:
    pass
