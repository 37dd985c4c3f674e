"""Transport shared by the client's methods and the generated endpoint functions: URL, retries, error mapping."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from ashr_labs_contract.operations import OPERATIONS

from ..._http._request import Deadline
from ...errors import AshrLabsError, ConfigurationError
from .._http import SyncTransport, raise_mapped, request_factory
from .._options import logger
from .._responses import RawResponse, decode_text, read_response, redact
from .._retry import is_ambiguous, is_read, is_transient, retry_delay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._http import Request, Response, SyncCustomPool
    from .._options import Options
    from .._retry import SyncClock
    from .._session import SessionCache
    from ._pool import SyncPool

__all__ = ["SyncRetryTransport"]

_READS = frozenset(name for name in OPERATIONS if is_read(name))
_IDEMPOTENT = frozenset(name for name, operation in OPERATIONS.items() if operation.idempotent)


class SyncRetryTransport(SyncTransport):
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
        pool: SyncPool | SyncCustomPool,
        clock: SyncClock,
        session: SessionCache,
        raw: list[RawResponse[None]] | None = None,
    ) -> None:
        self.options = options
        self.pool = pool
        self.clock = clock
        self.session = session
        self._raw = raw
        self._requests = request_factory(options)

    def call(self, body: Mapping[str, object]) -> dict[str, Any]:
        """Send a call and return the JSON object of the response."""
        operation = str(body["function"])
        try:
            content = json.dumps(body, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise ConfigurationError(
                f"{operation}: a parameter cannot be written as JSON: {error}", operation=operation
            ) from error
        return self._send(operation, content)

    def handle_request(self, request: Request) -> Response:
        """Send the request of a generated endpoint function; only its body and idempotency key are used."""
        content = request.read()
        operation = "call"
        with suppress(ValueError, KeyError, TypeError):
            operation = str(json.loads(content)["function"])
        responses: list[Response] = []
        self._send(operation, content, key=request.headers.get("idempotency-key"), responses=responses)
        return responses[-1]

    def _send(
        self,
        operation: str,
        content: bytes,
        *,
        key: str | None = None,
        deadline: Deadline | None = None,
        responses: list[Response] | None = None,
    ) -> dict[str, Any]:
        """Send a request until it succeeds, or until another attempt would be useless or unsafe.

        Args:
            operation: The operation that is called.
            content: The request's body.
            key: The idempotency key, if it has one already.
            deadline: The deadline of the call that this one belongs to; by default it has its own.
            responses: Where to add the HTTP responses.
        """
        if key is None and operation not in _READS:
            key = self.options.idempotency_key or os.urandom(16).hex()
        deadline = deadline or Deadline(self.options.timeout.total, self.clock.now)
        outcome_unknown = False
        for attempt in count():
            request = self._requests.build(content, deadline, key)
            try:
                return self._attempt(operation, request, deadline, responses)
            except AshrLabsError as error:
                redact(error, self.options.api_key, self.options.api_key.masked)
                # A later failure does not tell what an earlier attempt has done.
                outcome_unknown = outcome_unknown or (operation not in _IDEMPOTENT and is_ambiguous(error))
                error.outcome_unknown = outcome_unknown
                delay = self._retry_delay(error, operation, attempt, deadline)
                if delay is None:
                    raise
                logger.debug("%s: attempt %d failed (%s); retrying in %.3f s", operation, attempt + 1, error, delay)
            self.clock.sleep(delay)
        raise AssertionError  # count() never ends

    def _attempt(
        self, operation: str, request: Request, deadline: Deadline, responses: list[Response] | None
    ) -> dict[str, Any]:
        start = self.clock.now()
        try:
            response = self.pool.send(request, deadline)
        except Exception as error:
            raise_mapped(error, operation, request)
        status, headers = response.status_code, response.headers
        if logger.isEnabledFor(logging.DEBUG):
            seconds, request_id = self.clock.now() - start, headers.get("x-request-id", "-")
            logger.debug("%s: %d in %.3f s (request %s)", operation, status, seconds, request_id)
        text = decode_text(response.content)
        if responses is not None:
            responses.append(response)
        del response  # frees its bytes before the JSON is parsed, which for a big dataset is a lot
        body = read_response(status, headers, text, operation)
        if self._raw is not None:
            self._raw.append(RawResponse(status, dict(headers), body, None))
        return body

    def _retry_delay(self, error: AshrLabsError, operation: str, attempt: int, deadline: Deadline) -> float | None:
        """Return the seconds to wait before the next attempt, or None to give up."""
        if not is_transient(error, idempotent=operation in _IDEMPOTENT, attempt=attempt):
            return None
        delay = partial(retry_delay, attempt, error, max_retries=self.options.max_retries, random=self.clock.jitter())
        seconds = delay(remaining=deadline.remaining())
        if seconds is None or not error.outcome_unknown:
            return seconds
        # Asking the platform takes some of the time.
        return delay(remaining=deadline.remaining()) if self._supports_idempotency(deadline) else None

    def _supports_idempotency(self, deadline: Deadline) -> bool:
        """Return True if the platform performs a write once, however often it is sent with the same key."""
        reported: Mapping[str, Any] | None = self.session.session or self.session.reported
        if reported is None:
            try:
                reported = self._send("init", b'{"function": "init"}', deadline=deadline)
            except AshrLabsError:
                return False
            self.session.reported = reported
        capabilities = reported.get("capabilities")
        return isinstance(capabilities, dict) and capabilities.get("idempotency_keys") is True  # pyright: ignore[reportUnknownMemberType]
