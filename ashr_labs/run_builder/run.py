"""Build the result of a run from its tests, and store it."""

from __future__ import annotations

import hashlib
import json
import os
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol, cast

from .._gc import paused_gc
from .._time import isoformat_seconds, utc_now
from .arguments import check_facts
from .records import KeptTest, TestRecord, aggregate_metrics, final_status
from .test_builder import TestBuilder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from typing import Self

    from ashr_labs_types import Run, RunResult, TestResult

__all__ = ["RecordedTest", "RunBuilder", "RunClient", "extend_run", "set_run_id"]


class RecordedTest(Protocol):
    """A recorded test."""

    def build(self) -> TestResult:
        """Return the test as a dict."""
        ...


class RunClient(Protocol):
    """The methods of a client that `RunBuilder.deploy()` calls."""

    def set_dataset_agent(self, dataset_id: int, agent_id: int | None) -> object:
        """Link a dataset to an agent."""
        ...

    def create_run(
        self,
        dataset_id: int,
        result: dict[str, Any],
        tenant_id: int | None = None,
        runner_id: int | None = None,
    ) -> Run:
        """Store a run."""
        ...


class RunBuilder:
    """Builder of the result of a run.

    Examples:
        >>> run = RunBuilder().start()
        >>> test = run.add_test("refund_1").start().add_user_text("Refund ORD-1", "asks for a refund")
        >>> call = {"name": "refund", "arguments": {"order": "ORD-1"}}
        >>> _ = test.add_tool_call(call, call, "exact").complete()
        >>> run.complete().build()["aggregate_metrics"]["tests_passed"]
        1
    """

    def __init__(self, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._status = "pending"
        self._started_at: datetime | None = None
        self._completed_at: datetime | None = None
        self._start_time: float | None = None
        self._duration_ms: float | None = None
        self._id = os.urandom(16).hex()
        self._tests: list[RecordedTest] = []
        self._metadata: dict[str, str | int | float] = {}
        self._run_id: int | None = None

    def __repr__(self) -> str:
        return f"RunBuilder(status={self._status!r}, tests={len(self._tests)})"

    def start(self) -> Self:
        """Mark the run as started."""
        self._status = "running"
        self._started_at = self._clock()
        self._start_time = perf_counter()
        return self

    def describe(self, **facts: str | float) -> Self:
        """Add facts such as `model` and `commit`; they are stored as `metadata` and shown in reports."""
        check_facts(facts)
        self._metadata |= facts
        return self

    def add_test(self, test_id: str, *, title: str = "") -> TestBuilder:
        """Add a test and return its builder.

        Args:
            test_id: The id of the scenario.
            title: The title of the scenario, which reports show.
        """
        test = TestBuilder(test_id, title=title, clock=self._clock)
        self._tests.append(test)
        return test

    def iter_tests(self) -> Iterator[TestResult]:
        """Iterate over the tests as dicts, building one at a time; all at once may not fit into memory."""
        return (test.build() for test in self._tests)

    @property
    def status(self) -> str:
        """`pending`, `running`, `completed`, `failed` or `cancelled`."""
        return self._status

    @property
    def run_id(self) -> int | None:
        """The id of the run on the platform, if it was stored while it was played (`EvalRunner.run(live=client)`)."""
        return self._run_id

    def complete(self, status: str = "completed") -> Self:
        """Mark the run as ended: `completed`, `failed` or `cancelled`."""
        self._status = final_status(status)
        self._completed_at = self._clock()
        if self._start_time is not None:
            self._duration_ms = round((perf_counter() - self._start_time) * 1000, 3)
        return self

    def build(self) -> RunResult:
        """Return the run as a dict, with totals."""
        with paused_gc():
            tests = [self._built(index) for index in range(len(self._tests))]
        built: RunResult = {
            "tests": tests,
            "status": self._status,
            "started_at": isoformat_seconds(self._started_at) if self._started_at else None,
            "completed_at": isoformat_seconds(self._completed_at) if self._completed_at else None,
            "aggregate_metrics": aggregate_metrics(tests),
        }
        if self._duration_ms is not None:
            built["duration_ms"] = self._duration_ms
        if self._metadata:
            built["metadata"] = {**self._metadata}
        return built

    def _built(self, index: int) -> TestResult:
        """Return a test as a dict; of one that was played, keep the dict in place of its records."""
        test = self._tests[index]
        built = test.build()
        if type(test) is TestRecord:
            self._tests[index] = KeptTest(built)
        return built

    def deploy(
        self,
        client: RunClient,
        dataset_id: int,
        tenant_id: int | None = None,
        runner_id: int | None = None,
        agent_id: int | None = None,
    ) -> Run:
        """Store the run on the platform, which grades it, and return the stored run.

        Storing the same run again for the same agent returns the stored run, if the platform supports idempotency keys.

        Args:
            client: The client of the platform.
            dataset_id: The dataset that was run.
            tenant_id: The tenant; defaults to that of the API key.
            runner_id: The user who ran the agent.
            agent_id: Link the dataset to this agent first, so that its configuration grades the run.
        """
        if agent_id is not None:
            client.set_dataset_agent(dataset_id, agent_id)
        result = self.build()
        keyed = _with_key(client, self._idempotency_key(result, dataset_id, tenant_id, runner_id, agent_id))
        return keyed.create_run(dataset_id=dataset_id, result={**result}, tenant_id=tenant_id, runner_id=runner_id)

    def _idempotency_key(self, result: RunResult, *target: int | None) -> str:
        """Return a key that is the same each time this run is stored with this result in the same place."""
        tests = [(test["test_id"], test["status"], len(test["action_results"])) for test in result["tests"]]
        times = result.get("started_at"), result.get("completed_at")
        content = json.dumps([target, result["status"], times, result["aggregate_metrics"], tests])
        return f"{self._id}-{hashlib.sha256(content.encode()).hexdigest()[:32]}"


def extend_run(run: RunBuilder, tests: Iterable[RecordedTest]) -> RunBuilder:
    """Add tests that were recorded without a `TestBuilder`."""
    run._tests.extend(tests)  # pyright: ignore[reportPrivateUsage] - a friend of the class, hidden from its users
    return run


def set_run_id(run: RunBuilder, run_id: int) -> None:
    """Set the id of a run that is stored."""
    run._run_id = run_id  # pyright: ignore[reportPrivateUsage] - as above


def _with_key(client: RunClient, key: str) -> RunClient:
    """Return the client with an idempotency key, unless it has one or does not support keys."""
    with_options = getattr(client, "with_options", None)
    if not callable(with_options) or getattr(getattr(client, "_options", None), "idempotency_key", None):
        return client
    return cast("RunClient", with_options(idempotency_key=key))
