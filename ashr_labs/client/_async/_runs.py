"""Methods for runs: recorded tests of an agent and their grades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import AshrLabsError
from .._outgoing import resource
from .._pagination import Paginator
from .._retry import PollSchedule, is_graded
from .._validation import as_payload
from ._base import AsyncBaseClient

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
    from typing import Any

    from ashr_labs_types import (
        AppendRunTestsRequest,
        AppendRunTestsResponse,
        CancelRunRequest,
        Confirmation,
        CreateRunRequest,
        DeleteRunRequest,
        FinishRunRequest,
        GetRunRequest,
        ListRunsRequest,
        ListRunsResponse,
        Run,
        RunEnded,
        RunProgress,
        RunTestFinished,
        StartRunRequest,
    )

    from ..._http.sse import ServerEvent

__all__ = ["AsyncRunMethods"]

_MAX_INTERVAL = 20.0
"""Seconds between two polls of a run."""


class AsyncRunMethods(AsyncBaseClient):
    """Methods for runs."""

    async def create_run(
        self,
        dataset_id: int,
        result: Mapping[str, Any],
        tenant_id: int | None = None,
        runner_id: int | None = None,
    ) -> Run:
        """Store a run; the platform then grades it, and `poll_run` waits for that.

        Args:
            dataset_id: The dataset that the agent was tested against.
            result: The recorded tests, as `RunBuilder.build()` returns them, or any other object.
            tenant_id: The tenant; defaults to the key's own.
            runner_id: The user who ran it.
        """
        request: CreateRunRequest = {
            "function": "create_run",
            "tenant_id": await self._tenant(tenant_id),
            "dataset_id": dataset_id,
            "result": as_payload(result, "result"),
        }
        if runner_id is not None:
            request["runner_id"] = runner_id
        run: Run = await self._call(request, "run")
        return run

    async def start_run(
        self,
        dataset_id: int,
        tenant_id: int | None = None,
        runner_id: int | None = None,
        *,
        tests_total: int | None = None,
    ) -> Run:
        """Store a run that is being played; `EvalRunner.run(live=client)` calls this and the next two methods.

        Args:
            dataset_id: The dataset that the agent is tested against.
            tenant_id: The tenant; defaults to the key's own.
            runner_id: The user who runs it.
            tests_total: The number of tests that will be played, if it is known.
        """
        request: StartRunRequest = {
            "function": "start_run",
            "tenant_id": await self._tenant(tenant_id),
            "dataset_id": dataset_id,
        }
        if runner_id is not None:
            request["runner_id"] = runner_id
        if tests_total is not None:
            request["tests_total"] = tests_total
        run: Run = await self._call(request, "run")
        return run

    async def append_run_tests(self, run_id: int, tests: Sequence[Mapping[str, Any]]) -> AppendRunTestsResponse:
        """Append finished tests to a run that is being played; a test with the same id and repeat is replaced.

        Args:
            run_id: Its id.
            tests: The tests; without any, the call only says that the run is still being played.

        Raises:
            ConflictError: If it has ended.
        """
        request: AppendRunTestsRequest = {
            "function": "append_run_tests",
            "run_id": run_id,
            "tests": [as_payload(test, f"tests[{index}]") for index, test in enumerate(tests)],
        }
        response: AppendRunTestsResponse = await self._call(request)
        return response

    async def finish_run(self, run_id: int, result: Mapping[str, Any]) -> Run:
        """Store the whole result of a run that was being played; the platform then grades it.

        Args:
            run_id: Its id.
            result: The recorded tests, as for `create_run`; they replace those that were appended.

        Raises:
            ConflictError: If it has ended, except because its player was not heard of for too long.
        """
        request: FinishRunRequest = {
            "function": "finish_run",
            "run_id": run_id,
            "result": as_payload(result, "result"),
        }
        run: Run = await self._call(request, "run")
        return run

    async def cancel_run(self, run_id: int) -> Confirmation:
        """Ask the player of a run to stop: tests in progress are finished, and the run ends as `cancelled`.

        Raises:
            ConflictError: If it has ended.
        """
        request: CancelRunRequest = {"function": "cancel_run", "run_id": run_id}
        confirmation: Confirmation = await self._call(request)
        return confirmation

    async def get_run(self, run_id: int) -> Run:
        """Get a run by id.

        Raises:
            NotFoundError: If it does not exist, or the key has no access to it.
        """
        request: GetRunRequest = {"function": "get_run", "run_id": run_id}
        run: Run = await self._call(request, "run")
        return run

    async def list_runs(
        self,
        dataset_id: int | None = None,
        tenant_id: int | None = None,
        limit: int = 50,
        *,
        cursor: int | None = None,
        offset: int | None = None,
        summary: bool = False,
    ) -> ListRunsResponse:
        """List runs, newest first.

        Args:
            dataset_id: Only the runs of this dataset.
            tenant_id: The tenant; defaults to the key's own.
            limit: Maximum number to return.
            cursor: The `next_cursor` of the previous page.
            offset: Number to skip; unlike a cursor, it shifts when runs are added.
            summary: Leave out the tests of `result`; the embedded platform adds the sums of their `usage`.
        """
        request: ListRunsRequest = {
            "function": "list_runs",
            "tenant_id": await self._tenant(tenant_id),
            "limit": limit,
        }
        if dataset_id is not None:
            request["dataset_id"] = dataset_id
        if cursor is not None:
            request["cursor"] = cursor
        if offset is not None:
            request["offset"] = offset
        if summary is not False:
            request["summary"] = summary
        page: ListRunsResponse = await self._call(request)
        return page

    async def iter_runs(
        self,
        dataset_id: int | None = None,
        tenant_id: int | None = None,
        *,
        page_size: int = 100,
        summary: bool = False,
    ) -> AsyncIterator[Run]:
        """Iterate over all runs, newest first, fetching pages as needed.

        Args:
            dataset_id: Only the runs of this dataset.
            tenant_id: The tenant; defaults to the key's own.
            page_size: Number to fetch at a time, at most 100.
            summary: Leave out the tests of `result`; the embedded platform adds the sums of their `usage`.
        """
        pages = Paginator("list_runs", "runs", page_size)
        while pages.has_next:
            page = await self.list_runs(
                dataset_id, tenant_id, page_size, cursor=pages.cursor, offset=pages.offset, summary=summary
            )
            for run in pages.next_rows(page):
                yield run

    def watch_run(
        self, run_id: int, *, after: int | None = None, event_timeout: float | None = None
    ) -> AsyncGenerator[ServerEvent[RunProgress | RunTestFinished | RunEnded]]:
        """Follow a run while it is played and graded.

        The types of events are `progress`, `test_finished` and `ended`, the last one. Those that have happened already
        come first. A stream that breaks off is resumed. Close the iterator, or read it to its end, to free its
        connection.

        Args:
            run_id: Its id.
            after: The `id` of the last event that is known, to go on behind it.
            event_timeout: Seconds until the next event; None sets no limit.

        Raises:
            NotFoundError: If it does not exist, or the key has no access to it.
            StreamInterruptedError: If the stream stops before its end, and cannot be resumed.
            APITimeoutError: If an event does not come in time.

        Example:
            >>> async for event in client.watch_run(7):  # doctest: +SKIP
            ...     print(event.type, event.data["tests_done"])
        """
        request = resource("get_run_events", path={"run_id": run_id}, query={"after": after})
        return self._transport.events(request, event_timeout=event_timeout)

    async def delete_run(self, run_id: int) -> Confirmation:
        """Delete a run."""
        request: DeleteRunRequest = {"function": "delete_run", "run_id": run_id}
        confirmation: Confirmation = await self._call(request)
        return confirmation

    async def poll_run(
        self,
        run_id: int,
        timeout: float = 300,
        poll_interval: float | None = None,
        on_poll: Callable[[float, Run], object] | None = None,
    ) -> Run:
        """Wait until the platform has graded a run, and return it.

        Args:
            run_id: Its id.
            timeout: Maximum seconds to wait; even 0 allows one poll.
            poll_interval: Seconds between polls; by default 50 ms at first, growing to 20 s.
            on_poll: Called with the elapsed seconds and the run after each poll that found it not graded.

        Raises:
            PollTimeoutError: If it is not graded in time.
            AshrLabsError: If the platform could not grade it.
        """

        async def fetch() -> Run:
            return await self.get_run(run_id)

        schedule = PollSchedule(timeout, poll_interval, _MAX_INTERVAL)
        run = await self._poll(fetch, is_graded, schedule, f"the grading of run {run_id}", on_poll)
        if run.get("grading_status") == "failed":
            reason = run.get("grading_error") or "the platform gave no reason"
            raise AshrLabsError(f"run {run_id} could not be graded: {reason}", response=dict(run), operation="get_run")
        return run
