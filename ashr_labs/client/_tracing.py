"""Start traces from a client of either world."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import AshrLabsError
from ._http import (
    AsyncHTTPClient,
    AsyncTransport,
    Letter,
    SyncHTTPClient,
    SyncTransport,
    raise_mapped,
)
from ._responses import decoded, hide, read_answer
from ._sync_pool import SyncPool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..tracing import Trace
    from ..tracing.export.transport import Aside
    from ..tracing.tracing import Tracing
    from ._async_pool import AsyncPool
    from ._options import Options

__all__ = ["TraceCalls", "TraceRoad"]

_OPERATION = "ingest_observability_trace"
_SECONDS = 10.0
"""For one try to send one trace."""


class TraceRoad:
    """The way of traces to the platform, apart from that of calls: neither waits for the other."""

    def __init__(self, options: Options, pool: SyncPool | AsyncPool) -> None:
        self.is_blocking = isinstance(pool, SyncPool)
        self.is_own_network = pool.transport is None
        self._options = options
        self._pool = pool
        self._letter = Letter(options)

    async def send(self, content: bytes, key: str, aside: Aside) -> dict[str, Any]:
        """Send a request, with a key under which it is done once, and return the answer."""
        request = self._letter.request(content, key, self._options.timeout, _SECONDS)
        pool = self._pool
        try:
            if isinstance(pool, SyncPool):
                response = await aside(lambda: pool.send(request, _SECONDS))
            else:
                response = await pool.send(request, _SECONDS)
        except Exception as error:
            raise_mapped(error, _OPERATION, request)
        try:
            return read_answer(response.status_code, response.headers, decoded(response.content), _OPERATION)
        except AshrLabsError as error:
            hide(error, self._options.api_key, self._options.masked_key)
            raise

    async def close(self) -> None:
        """Close the connections; those of a pool that others use are closed by them."""
        if not isinstance(self._pool, SyncPool):
            await self._pool.aclose()


class TraceCalls:
    """The door to tracing."""

    _options: Options
    _sends_over: tuple[SyncTransport | AsyncTransport | None, SyncHTTPClient | AsyncHTTPClient | None]
    """What the user gave to send through instead of the network."""

    def trace(
        self,
        name: str,
        *,
        user_id: str | None = None,
        session_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
        wait: bool = False,
        traceparent: str | None = None,
    ) -> Trace:
        """Start a trace of one interaction with an agent in production.

        Nothing of it ever raises into your code, or keeps it waiting: traces are delivered in the background.

        Args:
            name: What happens, such as `handle-ticket`.
            user_id: The end user.
            session_id: The conversation.
            metadata: Anything worth keeping.
            tags: Words to filter by.
            wait: Whether the trace's end waits until it is delivered.
            traceparent: The header `traceparent` of the request that is served, if any.

        Example:
            >>> with client.trace("handle-ticket", user_id="user_42") as trace:  # doctest: +SKIP
            ...     with trace.span("tool:search", input={"q": "refund"}) as span:
            ...         span.end(output=search("refund"))
        """
        # A function-level import: most users of a client never trace, and must not pay for it.
        from ..tracing.trace import NO_TRACE, Trace  # noqa: PLC0415

        try:
            return Trace(
                name,
                user_id=user_id,
                session_id=session_id,
                metadata=metadata,
                tags=tags,
                wait=wait,
                traceparent=traceparent,
                tracing=self.tracing,
            )
        except Exception:  # a fault of tracing must not be the host's
            return NO_TRACE

    def score_trace(self, trace_id: str, name: str, value: float | str | bool, *, comment: str | None = None) -> None:
        """Say how good a trace was, later or from elsewhere, delivered as traces are.

        It is kept as a trace of its own named `score`, whose metadata holds `scored_trace_id`.
        """
        from ..tracing.scores import score_trace  # noqa: PLC0415 - as in trace()

        with suppress(Exception):  # as in trace()
            score_trace(self.tracing, trace_id, name, value, comment)

    @cached_property
    def tracing(self) -> Tracing:
        """Settings, counts, `flush()` and `shutdown()` of tracing."""
        from ..tracing.opening import open_tracing  # noqa: PLC0415 - as in trace()

        options, pool = self._options, self._trace_pool
        road = TraceRoad(options, pool)
        identity = hashlib.sha256(f"{options.base_url}\n{options.api_key}".encode()).hexdigest()[:32]
        key = (replace(options, max_retries=0, idempotency_key=None), id(pool.transport), id(pool.http_client))
        return open_tracing(key, road, identity if road.is_own_network else None)

    @cached_property
    def _trace_pool(self) -> SyncPool | AsyncPool:
        return _trace_pool(self._options, *self._sends_over)

    def _traces_are_under_way(self) -> bool:
        """Tell whether traces still need what is about to be closed."""
        opened: Tracing | None = self.__dict__.get("tracing")
        return opened is not None and isinstance(self._trace_pool, SyncPool) and opened.is_busy()

    def _close_traces(self) -> None:
        opened: Tracing | None = self.__dict__.pop("tracing", None)
        if opened is not None:
            with suppress(Exception):  # as in trace()
                opened.release()


def _trace_pool(
    options: Options,
    transport: SyncTransport | AsyncTransport | None,
    http_client: SyncHTTPClient | AsyncHTTPClient | None,
) -> SyncPool | AsyncPool:
    """Return the pool that a client of either world sends its traces over."""
    # Function-level imports: they load asyncio, which a synchronous client that never traces does without. What the
    # worker would load stands here too: were the process forked meanwhile, the child could never load it.
    from .._http import async_backend  # noqa: F401, PLC0415 # pyright: ignore[reportUnusedImport]
    from . import _connection  # noqa: F401, PLC0415 # pyright: ignore[reportUnusedImport]
    from ._async_pool import AsyncPool  # noqa: PLC0415

    with suppress(Exception):  # what httpx finds the authorities with, which loads modules when it is asked first
        import_module("certifi").where()
    if isinstance(transport, SyncTransport) or isinstance(http_client, SyncHTTPClient):
        return SyncPool(
            options,
            transport if isinstance(transport, SyncTransport) else None,
            http_client if isinstance(http_client, SyncHTTPClient) else None,
        )
    return AsyncPool(options, transport)
