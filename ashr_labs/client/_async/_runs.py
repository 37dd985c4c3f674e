"""Calls for runs: recorded tests of an agent, and their grades."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import AshrLabsError
from .._pagination import Walk
from .._polling import Schedule, is_graded
from .._validation import object_of
from ._base import AsyncCalls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from typing import Any

    from ashr_labs_types import (
        Confirmation,
        CreateRunRequest,
        DeleteRunRequest,
        GetRunRequest,
        ListRunsRequest,
        ListRunsResponse,
        Run,
    )

__all__ = ["AsyncRunCalls"]

_LONGEST_WAIT = 20.0
"""Seconds between two looks at a run that is being graded, at most."""


class AsyncRunCalls(AsyncCalls):
    """Calls for runs."""

    async def create_run(
        self,
        dataset_id: int,
        result: Mapping[str, Any],
        tenant_id: int | None = None,
        runner_id: int | None = None,
    ) -> Run:
        """Store a run; the platform then grades it, which `poll_run` waits for.

        Args:
            dataset_id: The dataset that the agent was tested against.
            result: What happened, as `RunBuilder.build()` makes it, or any other object.
            tenant_id: The tenant; the key's own unless given.
            runner_id: The user who ran it.
        """
        request: CreateRunRequest = {
            "function": "create_run",
            "tenant_id": await self._tenant(tenant_id),
            "dataset_id": dataset_id,
            "result": object_of(result, "result"),
        }
        if runner_id is not None:
            request["runner_id"] = runner_id
        run: Run = await self._call(request, "run")
        return run

    async def get_run(self, run_id: int) -> Run:
        """Get a run by id.

        Raises:
            NotFoundError: If there is none, or not for this key.
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
    ) -> ListRunsResponse:
        """List runs, newest first.

        Args:
            dataset_id: Only the runs of this dataset.
            tenant_id: The tenant; the key's own unless given.
            limit: How many to return at most.
            cursor: The `next_cursor` of the page before.
            offset: How many to skip; a cursor stays right while runs are added.
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
        page: ListRunsResponse = await self._call(request)
        return page

    async def iter_runs(
        self, dataset_id: int | None = None, tenant_id: int | None = None, *, page_size: int = 100
    ) -> AsyncIterator[Run]:
        """Go through all runs, newest first, fetching page after page as needed.

        Args:
            dataset_id: Only the runs of this dataset.
            tenant_id: The tenant; the key's own unless given.
            page_size: How many to fetch at a time, at most 100.
        """
        walk = Walk("list_runs", "runs", page_size)
        while walk.goes_on:
            page = await self.list_runs(dataset_id, tenant_id, page_size, cursor=walk.cursor, offset=walk.offset)
            for run in walk.new_rows(page):
                yield run

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
            timeout: Seconds to wait at most; even with 0 there is one look.
            poll_interval: Seconds between looks; unless given they start short and grow to 20.
            on_poll: Called with the elapsed seconds and the run after each look that found it ungraded.

        Raises:
            PollTimeoutError: If it is not graded in time.
            AshrLabsError: If the platform could not grade it.
        """

        async def look() -> Run:
            return await self.get_run(run_id)

        schedule = Schedule(timeout, poll_interval, _LONGEST_WAIT)
        run = await self._poll(look, is_graded, schedule, f"the grading of run {run_id}", on_poll)
        if run.get("grading_status") == "failed":
            reason = run.get("grading_error") or "the platform gave no reason"
            raise AshrLabsError(f"run {run_id} could not be graded: {reason}", response=dict(run), operation="get_run")
        return run
