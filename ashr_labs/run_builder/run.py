"""Builds the result of a run out of its tests, and stores it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from .._time import isoformat_seconds, utc_now
from .records import aggregate_metrics
from .test_builder import TestBuilder, final_status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from typing import Self

    from ashr_labs_types import Run, RunResult, TestResult

__all__ = ["RecordedTest", "RunBuilder", "RunClient"]


class RecordedTest(Protocol):
    """A test that can be built into its entry of `tests`."""

    def build(self) -> TestResult:
        """Return the test as a dict."""
        ...


class RunClient(Protocol):
    """What `RunBuilder.deploy()` needs of a client."""

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
    """Builds the result of a run out of its tests.

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
        self._tests: list[RecordedTest] = []

    def __repr__(self) -> str:
        return f"RunBuilder(status={self._status!r}, tests={len(self._tests)})"

    def start(self) -> Self:
        """Mark the run as started, now."""
        self._status = "running"
        self._started_at = self._clock()
        return self

    def add_test(self, test_id: str) -> TestBuilder:
        """Add a test and return its builder."""
        test = TestBuilder(test_id, clock=self._clock)
        self._tests.append(test)
        return test

    def add_record(self, test: RecordedTest) -> Self:
        """Add a test that was recorded elsewhere."""
        self._tests.append(test)
        return self

    def iter_tests(self) -> Iterator[TestResult]:
        """Return the tests one by one, each built when it is its turn, where all at once would be too much."""
        return (test.build() for test in self._tests)

    @property
    def status(self) -> str:
        """Its status: `pending`, `running`, `completed`, `failed` or `cancelled`."""
        return self._status

    def complete(self, status: str = "completed") -> Self:
        """Mark the run as ended, now: `completed`, `failed` or `cancelled`."""
        self._status = final_status(status)
        self._completed_at = self._clock()
        return self

    def build(self) -> RunResult:
        """Return the run as a dict, with its totals."""
        tests = [test.build() for test in self._tests]
        return {
            "tests": tests,
            "status": self._status,
            "started_at": isoformat_seconds(self._started_at) if self._started_at else None,
            "completed_at": isoformat_seconds(self._completed_at) if self._completed_at else None,
            "aggregate_metrics": aggregate_metrics(tests),
        }

    def deploy(
        self,
        client: RunClient,
        dataset_id: int,
        tenant_id: int | None = None,
        runner_id: int | None = None,
        agent_id: int | None = None,
    ) -> Run:
        """Store the run on the platform, which then grades it, and return it as stored.

        Args:
            client: Where to store it.
            dataset_id: The dataset that was run.
            tenant_id: The tenant to store it for; the API key's own unless given.
            runner_id: The user who ran it.
            agent_id: Links the dataset to this agent first, so that the agent's rules grade the run.
        """
        if agent_id is not None:
            client.set_dataset_agent(dataset_id, agent_id)
        return client.create_run(
            dataset_id=dataset_id, result={**self.build()}, tenant_id=tenant_id, runner_id=runner_id
        )
