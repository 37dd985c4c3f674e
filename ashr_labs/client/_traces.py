"""Start traces from a client of either world."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from ._clock import SyncClock
from ._http import SyncHTTPClient, SyncTransport
from ._memory import Memory
from ._sync._gate import SyncGate
from ._sync_pool import SyncPool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ashr_labs_types import IngestObservabilityTraceRequest, TracePayload

    from ..tracing import Trace
    from ._http import AsyncHTTPClient, AsyncTransport
    from ._options import Options

__all__ = ["TraceCalls", "trace_pool"]


class TraceCalls:
    """The door to tracing."""

    _options: Options
    _trace_pool: SyncPool | None
    """Traces are sent synchronously from either world; None where the transport is asynchronous only."""

    def trace(
        self,
        name: str,
        *,
        user_id: str | None = None,
        session_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        tags: Sequence[str] | None = None,
    ) -> Trace:
        """Start a trace of one interaction with an agent in production.

        Nothing of it ever raises into your code: a trace that cannot be stored is logged.

        Args:
            name: What happens, such as `handle-ticket`.
            user_id: The end user.
            session_id: The conversation.
            metadata: Anything worth keeping.
            tags: Words to filter by.

        Example:
            >>> with client.trace("handle-ticket", user_id="user_42") as trace:  # doctest: +SKIP
            ...     with trace.span("tool:search", input={"q": "refund"}) as span:
            ...         span.end(output=search("refund"))
        """
        # A function-level import: most users of a client never trace, and must not pay for it.
        from ..tracing import Trace  # noqa: PLC0415

        return Trace(name, user_id=user_id, session_id=session_id, metadata=metadata, tags=tags, send=self._send_trace)

    def _send_trace(self, payload: TracePayload) -> dict[str, Any]:
        if self._trace_pool is None:
            raise ConfigurationError("traces are sent synchronously, and this client's transport is asynchronous only")
        options = replace(self._options, max_retries=0, idempotency_key=None)
        request: IngestObservabilityTraceRequest = {"function": "ingest_observability_trace", "trace": payload}
        return SyncGate(options, self._trace_pool, SyncClock(), Memory()).call(request)

    def _close_traces(self) -> None:
        if self._trace_pool is not None:
            self._trace_pool.close()


def trace_pool(
    options: Options,
    transport: SyncTransport | AsyncTransport | None,
    http_client: SyncHTTPClient | AsyncHTTPClient | None,
) -> SyncPool | None:
    """Return the pool that a client of either world sends its traces over."""
    if transport is not None and not isinstance(transport, SyncTransport):
        return None
    return SyncPool(
        options,
        transport,
        http_client if isinstance(http_client, SyncHTTPClient) else None,
    )
