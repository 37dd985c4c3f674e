"""Calls for traces: what agents did in production."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._pagination import Walk
from .._trace_filters import chosen_traces
from ._base import AsyncCalls

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from ashr_labs_types import (
        GetObservabilityAnalyticsRequest,
        GetObservabilityAnalyticsResponse,
        GetObservabilityErrorsRequest,
        GetObservabilityErrorsResponse,
        GetObservabilityToolErrorsRequest,
        GetObservabilityToolErrorsResponse,
        GetObservabilityTraceRequest,
        GetObservabilityTraceResponse,
        IngestObservabilityTraceRequest,
        IngestObservabilityTraceResponse,
        ListObservabilityTracesRequest,
        ListObservabilityTracesResponse,
        TracePayload,
        TraceRecord,
    )

__all__ = ["AsyncObservabilityCalls"]


class AsyncObservabilityCalls(AsyncCalls):
    """Calls for traces."""

    async def ingest_observability_trace(self, trace: TracePayload) -> IngestObservabilityTraceResponse:
        """Store a trace; `client.trace(...)` makes and sends one for you."""
        request: IngestObservabilityTraceRequest = {"function": "ingest_observability_trace", "trace": trace}
        answer: IngestObservabilityTraceResponse = await self._call(request)
        return answer

    async def list_observability_traces(
        self,
        user_id: str | None = None,
        session_id: str | None = None,
        limit: int = 50,
        page: int = 1,
        *,
        cursor: str | None = None,
        name: str | None = None,
        tags: Sequence[str] | None = None,
        search: str | None = None,
        since: str | None = None,
        until: str | None = None,
        has_errors: bool | None = None,
    ) -> ListObservabilityTracesResponse:
        """List traces, newest first. What stands behind the `*` is for platforms of your own.

        Args:
            user_id: Only traces of this end user.
            session_id: Only traces of this conversation.
            limit: How many to return, at most 100.
            page: Which page, from 1.
            cursor: The `next_cursor` of the page before; it stays right while traces are added.
            name: Only traces of this name.
            tags: Only traces that have all of these tags.
            search: Only traces with this text in their name, user, session, tags or metadata.
            since: Only traces that arrived at this ISO 8601 time or later.
            until: Only traces that arrived before this ISO 8601 time.
            has_errors: Only traces in which something failed, or nothing did.
        """
        request: ListObservabilityTracesRequest = {"function": "list_observability_traces", "limit": limit}
        if cursor is None:
            request["page"] = page
        else:
            request["cursor"] = cursor
        filters = chosen_traces(user_id, session_id, name, tags, search, since, until, has_errors)
        answer: ListObservabilityTracesResponse = await self._call({**request, **filters})
        return answer

    async def iter_traces(
        self,
        user_id: str | None = None,
        session_id: str | None = None,
        *,
        page_size: int = 100,
        name: str | None = None,
        tags: Sequence[str] | None = None,
        search: str | None = None,
        since: str | None = None,
        until: str | None = None,
        has_errors: bool | None = None,
    ) -> AsyncIterator[TraceRecord]:
        """Go through all traces, newest first, fetching page after page as needed.

        Args:
            user_id: Only traces of this end user.
            session_id: Only traces of this conversation.
            page_size: How many to fetch at a time, at most 100.
            name: As in `list_observability_traces`, and so on.
            tags: All of them.
            search: A text.
            since: An ISO 8601 time.
            until: An ISO 8601 time.
            has_errors: Whether something failed.
        """
        walk = Walk("list_observability_traces", "traces", page_size)
        while walk.goes_on:
            answer = await self.list_observability_traces(
                user_id, session_id, page_size, walk.page, cursor=walk.cursor,
                name=name, tags=tags, search=search, since=since, until=until, has_errors=has_errors,
            )  # fmt: skip
            for trace in walk.new_rows(answer):
                yield trace

    async def get_observability_trace(self, trace_id: str) -> GetObservabilityTraceResponse:
        """Get a trace with all its observations, under `trace`.

        Raises:
            NotFoundError: If there is none, or not for this key.
        """
        request: GetObservabilityTraceRequest = {"function": "get_observability_trace", "trace_id": trace_id}
        answer: GetObservabilityTraceResponse = await self._call(request)
        return answer

    async def get_observability_analytics(self, days: int = 7) -> GetObservabilityAnalyticsResponse:
        """Sum up the traces of the last days: totals, per tool, per model."""
        request: GetObservabilityAnalyticsRequest = {"function": "get_observability_analytics", "days": days}
        answer: GetObservabilityAnalyticsResponse = await self._call(request)
        return answer

    async def get_observability_errors(
        self, days: int = 7, limit: int = 50, page: int = 1
    ) -> GetObservabilityErrorsResponse:
        """List traces of the last days in which something failed, newest first."""
        request: GetObservabilityErrorsRequest = {
            "function": "get_observability_errors",
            "days": days,
            "limit": limit,
            "page": page,
        }
        answer: GetObservabilityErrorsResponse = await self._call(request)
        return answer

    async def get_observability_tool_errors(
        self, days: int = 7, limit: int = 50, page: int = 1
    ) -> GetObservabilityToolErrorsResponse:
        """List traces of the last days in which a tool failed, newest first."""
        request: GetObservabilityToolErrorsRequest = {
            "function": "get_observability_tool_errors",
            "days": days,
            "limit": limit,
            "page": page,
        }
        answer: GetObservabilityToolErrorsResponse = await self._call(request)
        return answer
