"""Tracing methods shared by the sync and async clients."""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .._forks import IMPORTS
from .._http._request import Deadline
from ..errors import AshrLabsError
from ._http import (
    AsyncCustomPool,
    AsyncHTTPClient,
    AsyncTransport,
    Response,
    SyncCustomPool,
    SyncHTTPClient,
    SyncTransport,
    raise_mapped,
    request_factory,
)
from ._outgoing import Outgoing
from ._responses import decode_text, read_resource, read_response, redact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..tracing import Trace
    from ..tracing.export.transport import RunBlocking
    from ..tracing.tracing import Tracing
    from ._async._pool import AsyncPool
    from ._options import Options

__all__ = ["HTTPTraceTransport", "TracingMethods"]

_log = logging.getLogger("ashr_labs.tracing")

_OPERATION = "ingest_observability_trace"
_SECONDS = 10.0
"""For one attempt to send one trace."""


def _as_call(content: bytes) -> Outgoing:
    return Outgoing(_OPERATION, content)


class HTTPTraceTransport:
    """Sends traces to the platform over connections of their own, so that neither traces nor calls wait for the other.

    Args:
        options: URL and key.
        transport: The httpx transport that the user passed, if any.
        http_client: The httpx client that the user passed, if any; an asynchronous one is not used for traces.
        prepare: Returns the request that delivers a trace, from the call that ingests it; defaults to that call.
    """

    def __init__(
        self,
        options: Options,
        transport: SyncTransport | AsyncTransport | None,
        http_client: SyncHTTPClient | AsyncHTTPClient | None,
        prepare: Callable[[bytes], Outgoing] = _as_call,
    ) -> None:
        self._prepare = prepare
        self.is_blocking = _is_blocking(transport, http_client)
        self._options = options
        self._custom_transport = (transport, http_client)
        self._requests = request_factory(options)

    def load(self) -> None:
        """Import the modules that sending needs; called by the worker, as they are slow to import."""
        self._pool  # noqa: B018 - created at its first use

    async def send(self, content: bytes, key: str, run_blocking: RunBlocking) -> dict[str, Any]:
        """Send a request with an idempotency key and return the response's JSON object."""
        pool = self._pool
        deadline = Deadline(_SECONDS)
        outgoing = self._prepare(content)
        method, target = outgoing.method, outgoing.target
        request = self._requests.build(outgoing.content, deadline, key, method=method, target=target)
        try:
            if isinstance(pool, SyncCustomPool):
                response = await run_blocking(lambda: pool.send(request, deadline))
            else:
                response = await pool.send(request, deadline)
        except Exception as error:
            raise_mapped(error, _OPERATION, request)
        try:
            return _answer(outgoing, response)
        except AshrLabsError as error:
            redact(error, self._options.api_key, self._options.api_key.masked)
            raise

    async def close(self) -> None:
        """Close the connections; those of a pool that others use are closed by them."""
        pool = self.__dict__.get("_pool")
        if pool is not None and not isinstance(pool, SyncCustomPool):
            await pool.aclose()

    @cached_property
    def _pool(self) -> AsyncPool | AsyncCustomPool | SyncCustomPool:
        with IMPORTS.lock:
            return _trace_pool(self._options, *self._custom_transport)


def _answer(outgoing: Outgoing, response: Response) -> dict[str, Any]:
    status, headers, text = response.status_code, response.headers, decode_text(response.content)
    if outgoing.is_call:
        return read_response(status, headers, text, outgoing.operation)
    read_resource(status, headers, text, outgoing.operation, is_json=False)
    return {"status": "ok"}


class TracingMethods:
    """Methods that record traces."""

    _options: Options
    _custom_transport: tuple[SyncTransport | AsyncTransport | None, SyncHTTPClient | AsyncHTTPClient | None]
    """The transport and the httpx client that the user passed, if any."""

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

        Tracing never raises into your code and never blocks it: traces are delivered in the background.

        Args:
            name: A name for the interaction, such as `handle-ticket`.
            user_id: The end user.
            session_id: The conversation.
            metadata: Further data.
            tags: Tags to filter by.
            wait: Wait for the delivery when the trace ends.
            traceparent: The header `traceparent` of the request that is served, if any.

        Example:
            >>> with client.trace("handle-ticket", user_id="user_42") as trace:  # doctest: +SKIP
            ...     with trace.span("tool:search", input={"q": "refund"}) as span:
            ...         span.end(output=search("refund"))
        """
        try:
            tracing = self.tracing
        except Exception:
            tracing = None
        # A function-level import, as most users of a client never trace; `self.tracing` has loaded the module.
        from ..tracing.trace import NO_TRACE, Trace  # noqa: PLC0415

        if tracing is None:
            return NO_TRACE
        try:
            return Trace(
                name,
                user_id=user_id,
                session_id=session_id,
                metadata=metadata,
                tags=tags,
                wait=wait,
                traceparent=traceparent,
                tracing=tracing,
            )
        except Exception:  # tracing errors must not reach the application
            return NO_TRACE

    def score_trace(self, trace_id: str, name: str, value: float | str | bool, *, comment: str | None = None) -> None:
        """Attach a score to a trace that has ended, in this process or another; it is delivered as traces are.

        It is stored as a trace of its own named `score` with `scored_trace_id` in its metadata. An argument of another
        type is logged, and not delivered.
        """
        try:
            tracing = self.tracing
            from ..tracing.trace import score_trace  # noqa: PLC0415 - as in trace()

            score_trace(tracing, trace_id, name, value, comment)
        except AshrLabsError as error:
            _log.warning("score_trace() delivers nothing: %s", error)
        except Exception:  # noqa: S110 - as in trace()
            pass

    @property
    def tracing(self) -> Tracing:
        """Settings and counters of tracing, `flush()` and `shutdown()`."""
        opened: Tracing | None = self.__dict__.get("_opened_tracing")
        if opened is not None:
            return opened
        # Not a cached property: forks wait for this lock, and not for that of cached properties.
        with IMPORTS.lock:
            first: Tracing = self.__dict__.get("_opened_tracing") or self._open_tracing()
            self.__dict__["_opened_tracing"] = first
            return first

    def _open_tracing(self) -> Tracing:
        from ..tracing.tracing import tracing_for  # noqa: PLC0415 - as in trace()

        options = self._options
        transport, http_client = self._custom_transport
        sender = HTTPTraceTransport(options, transport, http_client)
        identity = hashlib.sha256(f"{options.base_url}\n{options.api_key}".encode()).hexdigest()[:32]
        # An httpx client of the other kind is not used for traces.
        used = http_client if isinstance(http_client, SyncHTTPClient) else None
        key = (replace(options, max_retries=0, idempotency_key=None), id(transport), id(used))
        return tracing_for(key, sender, identity if transport is None else None)

    def _is_sending_traces(self) -> bool:
        """Return True if traces in flight use the transport that is about to be closed."""
        opened: Tracing | None = self.__dict__.get("_opened_tracing")
        if opened is None or not _is_blocking(*self._custom_transport):
            return False
        return opened._is_busy()  # pyright: ignore[reportPrivateUsage]

    def _close_tracing(self) -> None:
        opened: Tracing | None = self.__dict__.pop("_opened_tracing", None)
        if opened is not None:
            with suppress(Exception):  # as in trace()
                opened._close()  # pyright: ignore[reportPrivateUsage]


def _is_blocking(
    transport: SyncTransport | AsyncTransport | None, http_client: SyncHTTPClient | AsyncHTTPClient | None
) -> bool:
    return isinstance(transport, SyncTransport) or isinstance(http_client, SyncHTTPClient)


def _trace_pool(
    options: Options,
    transport: SyncTransport | AsyncTransport | None,
    http_client: SyncHTTPClient | AsyncHTTPClient | None,
) -> AsyncPool | AsyncCustomPool | SyncCustomPool:
    """Return the pool that a sync or async client sends its traces over."""
    if isinstance(transport, SyncTransport) or isinstance(http_client, SyncHTTPClient):
        return SyncCustomPool(
            transport if isinstance(transport, SyncTransport) else None,
            http_client if isinstance(http_client, SyncHTTPClient) else None,
        )
    # Function-level imports: they load asyncio, which a synchronous client that never traces does without.
    with suppress(Exception):  # httpx asks it for the certificate authorities; its first call loads modules
        import_module("certifi").where()
    if transport is not None:
        return AsyncCustomPool(transport, None)
    from ._async._pool import AsyncPool  # noqa: PLC0415

    return AsyncPool(options)
