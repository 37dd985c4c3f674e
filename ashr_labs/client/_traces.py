"""Start traces from a client of either world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from ._http import SyncHTTP, SyncTransport

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ashr_labs_types import IngestObservabilityTraceRequest, TracePayload

    from ..tracing import Trace
    from ._http import AsyncTransport
    from ._options import Options

__all__ = ["TraceCalls"]


class TraceCalls:
    """The door to tracing."""

    _options: Options
    _transport: SyncTransport | AsyncTransport | None
    _trace_http: SyncHTTP | None = None
    """Traces have a pool of their own: they must not wait behind other calls."""

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
        if self._transport is not None and not isinstance(self._transport, SyncTransport):
            raise ConfigurationError("traces are sent synchronously, and this client's transport is asynchronous only")
        if self._trace_http is None:
            self._trace_http = SyncHTTP(self._options, self._transport)
        request: IngestObservabilityTraceRequest = {"function": "ingest_observability_trace", "trace": payload}
        return self._trace_http.call(request)

    def _close_traces(self) -> None:
        if self._trace_http is not None:
            self._trace_http.close()
