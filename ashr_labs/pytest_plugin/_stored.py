"""The tests of each marked function as a run on the platform, stored at the end of the session or while it goes on."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ..client._sync import AshrLabsClient
from ..errors import AshrLabsError
from ..eval.live import LiveRun
from ..run_builder import RunBuilder
from ..run_builder.records import KeptTest
from ..run_builder.run import extend_run

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

__all__ = ["StoredRuns", "delivering_client"]

_log = logging.getLogger("ashr_labs.eval")


@contextmanager
def delivering_client(*, is_on: bool) -> Generator[AshrLabsClient | None]:
    """Return a client for the traces of tests, which are delivered at the end; None if no runs are stored."""
    try:
        client = AshrLabsClient.from_env() if is_on else None
    except AshrLabsError:  # the end of the session reports it
        client = None
    if client is None:
        yield None
        return
    with client:
        yield client
        client.tracing.flush()


class StoredRuns:
    """The runs of a session.

    Args:
        session: The session, which is stopped if a run is cancelled on the platform.
        is_live: Whether a run is stored from its first test on, or at the end.

    Raises:
        pytest.UsageError: The platform that stores live runs is not configured.
    """

    def __init__(self, session: pytest.Session, *, is_live: bool) -> None:
        self._session = session
        self._runs: dict[str, _StoredRun] = {}
        self._client: AshrLabsClient | None = None
        self._is_live = is_live
        try:
            self._client = AshrLabsClient.from_env() if is_live else None
        except AshrLabsError as error:
            raise pytest.UsageError(f"--ashr-live: {error}") from error

    def add(self, played: Mapping[str, Any]) -> None:
        """Add a test to the run of its function."""
        name = played["test"]
        run = self._runs.setdefault(name, _StoredRun(name, played["dataset"]))
        is_first = run.add(played)
        if is_first and self._client is not None:
            try:
                run.start(self._client, self._session)
            except AshrLabsError as error:
                _log.warning("the run of %s cannot be stored before its end: %s", name, error)

    def finish(self) -> Iterator[str]:
        """Store the runs; yield a message about each of them.

        Raises:
            AshrLabsError: The platform refuses one, or is not configured.
        """
        with self._client or AshrLabsClient.from_env() as client:
            for run in self._runs.values():
                yield run.finish(client)


class _StoredRun:
    """The run of one function; its dataset is a name, or the id of a stored one."""

    def __init__(self, test: str, dataset: str) -> None:
        self._test = test
        self._dataset = dataset
        self._dataset_id = int(dataset) if dataset.isdecimal() else None
        self._scenarios: dict[str, Any] = {}
        self._run = RunBuilder().start()
        self._live: LiveRun | None = None
        self._is_cancelled = False

    def add(self, played: Mapping[str, Any]) -> bool:
        """Add a test with its scenario; return True if it is the first one."""
        is_first = not self._scenarios
        self._scenarios[played["scenario_id"]] = played["scenario"]
        test = KeptTest(played["recorded"])
        extend_run(self._run, [test])
        if self._live is not None:
            self._live.add(test)
        return is_first

    def start(self, client: AshrLabsClient, session: pytest.Session) -> None:
        """Store the run before its end; when it is cancelled on the platform, stop the session.

        Raises:
            AshrLabsError: The platform refuses it; `finish()` tries again.
        """

        def cancel() -> None:
            self._is_cancelled = True
            # With pytest-xdist, another plugin decides when the session ends.
            for one in (session, session.config.pluginmanager.get_plugin("dsession")):
                if one is not None:
                    one.shouldstop = f"the run of {self._test} was cancelled"

        live = LiveRun(client, self._dataset_id or self._store_dataset(client))
        live.start(None, cancel)
        self._live = live
        for test in self._run.iter_tests():
            live.add(KeptTest(test))

    def finish(self, client: AshrLabsClient) -> str:
        """Store the whole run and return a message about it.

        Raises:
            AshrLabsError: The platform refuses it.
        """
        self._run.complete("cancelled" if self._is_cancelled else "completed")
        dataset_id = int(self._dataset) if self._dataset.isdecimal() else self._store_dataset(client)
        if self._live is not None:
            self._live.finish(self._run)
        run_id = self._run.run_id or self._run.deploy(client, dataset_id)["id"]
        return f"stored {self._test} as run {run_id} of dataset {dataset_id}"

    def _store_dataset(self, client: AshrLabsClient) -> int:
        """Store the scenarios so far as a dataset and return its id."""
        source = {"runs": self._scenarios}
        if self._dataset_id is None:
            self._dataset_id = client.create_dataset(self._dataset, source)["id"]
        else:
            client.update_dataset(self._dataset_id, dataset_source=source)
        return self._dataset_id
