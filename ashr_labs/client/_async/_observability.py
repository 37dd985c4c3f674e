"""Methods for traces of agents in production."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._pagination import Paginator, trace_filters
from ._base import AsyncBaseClient

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

__all__ = ["AsyncObservabilityMethods"]


class AsyncObservabilityMethods(AsyncBaseClient):
    """Methods for traces."""

    async def ingest_observability_trace(self, trace: TracePayload) -> IngestObservabilityTraceResponse:
        """Store a trace; `client.trace(...)` records and sends one for you."""
        request: IngestObservabilityTraceRequest = {"function": "ingest_observability_trace", "trace": trace}
        response: IngestObservabilityTraceResponse = await self._call(request)
        return response

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
        """List traces, newest first. The keyword-only arguments work on the embedded platform only.

        Args:
            user_id: Only traces of this end user.
            session_id: Only traces of this conversation.
            limit: Maximum number to return, at most 100.
            page: Number of the page, from 1.
            cursor: The `next_cursor` of the previous page; it does not shift when traces are added.
            name: Only traces of this name.
            tags: Only traces that have all of these tags.
            search: Only traces with this text in their name, user, session, tags or metadata.
            since: Only traces received at this ISO 8601 time or later.
            until: Only traces received before this ISO 8601 time.
            has_errors: True for traces with an error only, False for traces without.
        """
        request: ListObservabilityTracesRequest = {"function": "list_observability_traces", "limit": limit}
        if cursor is None:
            request["page"] = page
        else:
            request["cursor"] = cursor
        filters = trace_filters(user_id, session_id, name, tags, search, since, until, has_errors)
        response: ListObservabilityTracesResponse = await self._call({**request, **filters})
        return response

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
        """Iterate over all traces, newest first, fetching pages as needed.

        Args:
            user_id: Only traces of this end user.
            session_id: Only traces of this conversation.
            page_size: Number to fetch at a time, at most 100.
            name: This and the other filters are those of `list_observability_traces`.
            tags: Only traces that have all of these tags.
            search: Only traces with this text.
            since: Only traces received at this ISO 8601 time or later.
            until: Only traces received before this ISO 8601 time.
            has_errors: True for traces with an error only, False for traces without.
        """
        pages = Paginator("list_observability_traces", "traces", page_size)
        while pages.has_next:
            response = await self.list_observability_traces(
                user_id, session_id, page_size, pages.page, cursor=pages.cursor,
                name=name, tags=tags, search=search, since=since, until=until, has_errors=has_errors,
            )  # fmt: skip
            for trace in pages.next_rows(response):
                yield trace

    async def get_observability_trace(self, trace_id: str) -> GetObservabilityTraceResponse:
        """Get a trace with all its observations, under `trace`, and the tests of runs that it belongs to, under `runs`.

        The embedded platform finds the runs by the `trace_id` of their tests; other platforms may not have `runs`.

        Raises:
            NotFoundError: If it does not exist, or the key has no access to it.
        """
        request: GetObservabilityTraceRequest = {"function": "get_observability_trace", "trace_id": trace_id}
        response: GetObservabilityTraceResponse = await self._call(request)
        return response

    async def get_observability_analytics(self, days: int = 7) -> GetObservabilityAnalyticsResponse:
        """Summarize the traces of the last days: totals, per tool, per model."""
        request: GetObservabilityAnalyticsRequest = {"function": "get_observability_analytics", "days": days}
        response: GetObservabilityAnalyticsResponse = await self._call(request)
        return response

    async def get_observability_errors(
        self, days: int = 7, limit: int = 50, page: int = 1
    ) -> GetObservabilityErrorsResponse:
        """List the traces of the last days that have an error, newest first."""
        request: GetObservabilityErrorsRequest = {
            "function": "get_observability_errors",
            "days": days,
            "limit": limit,
            "page": page,
        }
        response: GetObservabilityErrorsResponse = await self._call(request)
        return response

    async def get_observability_tool_errors(
        self, days: int = 7, limit: int = 50, page: int = 1
    ) -> GetObservabilityToolErrorsResponse:
        """List the traces of the last days in which a tool failed, newest first."""
        request: GetObservabilityToolErrorsRequest = {
            "function": "get_observability_tool_errors",
            "days": days,
            "limit": limit,
            "page": page,
        }
        response: GetObservabilityToolErrorsResponse = await self._call(request)
        return response
