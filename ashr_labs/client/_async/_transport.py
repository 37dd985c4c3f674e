"""Transport shared by the client's methods and the generated endpoint functions: URL, retries, error mapping."""

from __future__ import annotations

import logging
import os
from contextlib import aclosing
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from ..._http._request import Deadline
from ...errors import AshrLabsError
from .._http import AsyncTransport, raise_mapped, request_factory
from .._options import logger
from .._outgoing import STREAM, call, from_target
from .._responses import RawResponse, checked, decode_text, read_refusal, read_resource, read_response, redact
from .._retry import is_ambiguous, is_transient, retry_delay
from .._stream_state import StreamState
from ._streams import downloaded, follow, responded, typed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from ..._http.sse import ServerEvent, ServerSentEvent
    from .._http import AsyncCustomPool, Request, Response
    from .._options import Options
    from .._outgoing import Outgoing
    from .._retry import AsyncClock
    from .._session import SessionCache
    from ._pool import AsyncPool

__all__ = ["AsyncRetryTransport"]


class AsyncRetryTransport(AsyncTransport):
    """Sends calls to one platform, retries where that is safe, and reads the responses.

    Args:
        options: URL, key, timeouts and retries.
        pool: Sends single requests; shared with other clients.
        clock: Times deadlines and waits.
        session: Cached answers of `init`; shared by clients with the same key.
        raw: Where to add each successful response.
    """

    def __init__(
        self,
        options: Options,
        pool: AsyncPool | AsyncCustomPool,
        clock: AsyncClock,
        session: SessionCache,
        raw: list[RawResponse[None]] | None = None,
    ) -> None:
        self.options = options
        self.pool = pool
        self.clock = clock
        self.session = session
        self._raw = raw
        self._requests = request_factory(options)

    async def call(self, body: Mapping[str, object]) -> dict[str, Any]:
        """Send a call and return the JSON object of the response."""
        answer: dict[str, Any] = await self._send(call(body))
        return answer

    async def request(self, outgoing: Outgoing, kind: type | None = dict) -> Any:
        """Send a request for a resource and return the JSON of the response.

        Args:
            outgoing: The request.
            kind: `dict` or `list`; None if the operation answers no JSON.

        Raises:
            ResponseFormatError: If the response is JSON of another kind.
        """
        answer = await self._send(outgoing)
        return answer if kind is None else checked(answer, kind, outgoing.operation)

    async def request_bytes(self, outgoing: Outgoing) -> bytes:
        """Send a request for a resource and return the body of the response."""
        responses: list[Response] = []
        await self._send(outgoing, responses=responses)
        return responses[-1].content

    async def download(self, outgoing: Outgoing) -> AsyncGenerator[bytes]:
        """Send a request, with retries until the response begins, and yield its body in parts as they arrive.

        Raises:
            APIConnectionError: If the body breaks off.
        """
        response: Response = await self._send(outgoing)
        parts = downloaded(response, outgoing.operation, self.clock, self.options.phases()["read"])
        async with aclosing(parts):
            async for part in parts:
                yield part

    def events(self, outgoing: Outgoing, *, event_timeout: float | None = None) -> AsyncGenerator[ServerEvent[Any]]:
        """Send a request for a stream when the first event is asked for, and yield the events.

        Args:
            outgoing: The request.
            event_timeout: Seconds until the next event; None sets no limit.

        Raises:
            StreamInterruptedError: If the stream stops before its end, and cannot be resumed.
            APITimeoutError: If an event does not come in time.
        """
        return typed(self._follow(outgoing, event_timeout))

    async def handle_async_request(self, request: Request) -> Response:
        """Send the request of a generated endpoint function below the client's own base URL."""
        content = await request.aread()
        target = self._requests.target_of(request.url)
        headers = request.headers
        outgoing = from_target(
            request.method, target, content, headers.get("content-type"), headers.get("last-event-id")
        )
        if outgoing.last_event is not None:
            return responded(self._follow(outgoing))
        responses: list[Response] = []
        await self._send(outgoing, key=request.headers.get("idempotency-key"), responses=responses)
        return responses[-1]

    def _follow(self, outgoing: Outgoing, event_timeout: float | None = None) -> AsyncGenerator[ServerSentEvent]:
        state = StreamState(outgoing, self.options.max_retries, event_timeout)
        return follow(self._send, state, self.clock, self.options.phases()["read"])

    async def _send(
        self,
        outgoing: Outgoing,
        *,
        key: str | None = None,
        deadline: Deadline | None = None,
        responses: list[Response] | None = None,
    ) -> Any:
        """Send a request until it succeeds, or until another attempt would be useless or unsafe.

        Args:
            outgoing: The request.
            key: The idempotency key, if it has one already.
            deadline: The deadline of the call that this one belongs to; by default it has its own.
            responses: Where to add the HTTP responses.
        """
        if key is None and not outgoing.is_read:
            key = self.options.idempotency_key or os.urandom(16).hex()
        deadline = deadline or Deadline(self.options.timeout.total, self.clock.now)
        outcome_unknown = False
        for attempt in count():
            request = self._requests.build(
                outgoing.content,
                deadline,
                key,
                method=outgoing.method,
                target=outgoing.target,
                content_type=outgoing.content_type,
                headers=outgoing.headers,
            )
            try:
                return await self._attempt(outgoing, request, deadline, responses)
            except AshrLabsError as error:
                redact(error, self.options.api_key, self.options.api_key.masked)
                # A later failure does not tell what an earlier attempt has done.
                outcome_unknown = outcome_unknown or (not outgoing.is_idempotent and is_ambiguous(error))
                error.outcome_unknown = outcome_unknown
                delay = await self._retry_delay(error, outgoing, attempt, deadline)
                if delay is None:
                    raise
                operation = outgoing.operation
                logger.debug("%s: attempt %d failed (%s); retrying in %.3f s", operation, attempt + 1, error, delay)
            await self.clock.sleep(delay)
        raise AssertionError  # count() never ends

    async def _attempt(
        self, outgoing: Outgoing, request: Request, deadline: Deadline, responses: list[Response] | None
    ) -> Any:
        operation = outgoing.operation
        start = self.clock.now()
        try:
            response = await self._exchange(outgoing, request, deadline)
        except Exception as error:
            raise_mapped(error, operation, request)
        status, headers = response.status_code, response.headers
        if logger.isEnabledFor(logging.DEBUG):
            seconds, request_id = self.clock.now() - start, headers.get("x-request-id", "-")
            logger.debug("%s: %d in %.3f s (request %s)", operation, status, seconds, request_id)
        if not response.is_closed or (outgoing.is_download and response.is_success):  # a stream
            return response
        text = decode_text(response.content)
        if responses is not None:
            responses.append(response)
        del response  # frees its bytes before the JSON is parsed, which for a big dataset is a lot
        if outgoing.last_event is not None:
            read_refusal(status, headers, text, operation)
        if not outgoing.is_call:
            return read_resource(status, headers, text, operation, is_json=outgoing.is_answered_in_json)
        body = read_response(status, headers, text, operation)
        if self._raw is not None:
            self._raw.append(RawResponse(status, dict(headers), body, None))
        return body

    async def _exchange(self, outgoing: Outgoing, request: Request, deadline: Deadline) -> Response:
        """Return a response: one with a stream when its head was read, any other with its body."""
        if outgoing.last_event is None and not outgoing.is_download:
            return await self.pool.send(request, deadline)
        response = await self.pool.open(request, deadline)
        response.request = request
        is_stream = outgoing.is_download or response.headers.get("content-type", "").startswith(STREAM)
        if response.is_success and is_stream:
            return response
        try:
            await response.aread()
        finally:
            await response.aclose()
        return response

    async def _retry_delay(
        self, error: AshrLabsError, outgoing: Outgoing, attempt: int, deadline: Deadline
    ) -> float | None:
        """Return the seconds to wait before the next attempt, or None to give up."""
        if not is_transient(error, idempotent=outgoing.is_idempotent, attempt=attempt):
            return None
        delay = partial(retry_delay, attempt, error, max_retries=self.options.max_retries, random=self.clock.jitter())
        seconds = delay(remaining=deadline.remaining())
        if seconds is None or not error.outcome_unknown:
            return seconds
        # Asking the platform takes some of the time.
        return delay(remaining=deadline.remaining()) if await self._supports_idempotency(deadline) else None

    async def _supports_idempotency(self, deadline: Deadline) -> bool:
        """Return True if the platform performs a write once, however often it is sent with the same key."""
        reported: Mapping[str, Any] | None = self.session.session or self.session.reported
        if reported is None:
            try:
                session: dict[str, Any] = await self._send(call({"function": "init"}), deadline=deadline)
            except AshrLabsError:
                return False
            self.session.reported = reported = session
        capabilities = reported.get("capabilities")
        return isinstance(capabilities, dict) and capabilities.get("idempotency_keys") is True  # pyright: ignore[reportUnknownMemberType]
