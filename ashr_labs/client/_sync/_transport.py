"""The one gate for all that leaves: our own calls and those of the generated endpoint functions alike."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from ashr_labs_contract.operations import OPERATIONS

from ...errors import AshrLabsError, ConfigurationError
from .._http import Letter, SyncTransport, raise_mapped
from .._logging import logger
from .._responses import RawResponse, decoded, hide, read_answer
from .._retry import is_ambiguous, is_read, is_transient, wait_after

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._clock import SyncClock
    from .._http import Request, Response
    from .._options import Options
    from .._session import Memory
    from .._sync_pool import SyncPool

__all__ = ["SyncGate"]


class SyncGate(SyncTransport):
    """Sends calls to one platform: pins the URL, tries again where that is safe, and reads the answer."""

    def __init__(
        self,
        options: Options,
        pool: SyncPool,
        clock: SyncClock,
        memory: Memory,
        record: list[RawResponse[None]] | None = None,
    ) -> None:
        self.options = options
        self.pool = pool
        self.clock = clock
        self.memory = memory
        self._record = record
        self._letter = Letter(options)
        self._deadline = options.timeout.total

    def call(self, body: Mapping[str, object]) -> dict[str, Any]:
        """Make one call and return the JSON object that the platform answers."""
        operation = str(body["function"])
        try:
            content = json.dumps(body, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise ConfigurationError(
                f"{operation}: a parameter cannot be written as JSON: {error}", operation=operation
            ) from error
        return self._deliver(operation, content)

    def handle_request(self, request: Request) -> Response:
        """Send what a generated endpoint function asks for, as a call of our own; only its body counts."""
        content = request.read()
        operation = "call"
        with suppress(ValueError, KeyError, TypeError):
            operation = str(json.loads(content)["function"])
        kept: list[Response] = []
        self._deliver(operation, content, request.headers.get("idempotency-key"), kept)
        return kept[-1]

    def _deliver(
        self,
        operation: str,
        content: bytes,
        key: str | None = None,
        kept: list[Response] | None = None,
        start: float | None = None,
    ) -> dict[str, Any]:
        """Try until there is an answer, or another try would be no use or not safe; return the answer's JSON object.

        Args:
            operation: What is called.
            content: The request's body.
            key: The idempotency key, if it has one already.
            kept: Where to put the responses, for those who want more than the JSON.
            start: When the call began that this one belongs to, whose time it shares; its own begins now.
        """
        if key is None and not is_read(operation):
            key = self.options.idempotency_key or os.urandom(16).hex()
        start = self.clock.now() if start is None else start
        outcome_unknown = False
        for attempt in count():
            left = max(self._deadline - (self.clock.now() - start), 0.001)
            request = self._letter.request(content, key, self.options.timeout, left)
            try:
                return self._try(operation, request, left, kept)
            except AshrLabsError as error:
                hide(error, self.options.api_key, self.options.masked_key)
                # What an earlier try may have done, no failure of a later one takes back.
                outcome_unknown = outcome_unknown or (not _is_idempotent(operation) and is_ambiguous(error))
                error.outcome_unknown = outcome_unknown
                wait = self._wait_after(error, operation, attempt, start)
                if wait is None:
                    raise
                logger.debug("%s: try %d failed (%s); again in %.3f s", operation, attempt + 1, error, wait)
            self.clock.sleep(wait)
        raise AssertionError  # count() never ends

    def _try(self, operation: str, request: Request, seconds: float, kept: list[Response] | None) -> dict[str, Any]:
        began = self.clock.now()
        try:
            response = self.pool.send(request, seconds)
        except Exception as error:
            raise_mapped(error, operation, request)
        status, headers = response.status_code, response.headers
        if logger.isEnabledFor(logging.DEBUG):
            took, request_id = self.clock.now() - began, headers.get("x-request-id", "-")
            logger.debug("%s: %d in %.3f s (request %s)", operation, status, took, request_id)
        text = decoded(response.content)
        if kept is not None:
            kept.append(response)
        del response  # its bytes would lie beside what is made of them, which for a big dataset is a lot
        body = read_answer(status, headers, text, operation)
        if self._record is not None:
            self._record.append(RawResponse(status, dict(headers), body, None))
        return body

    def _wait_after(self, error: AshrLabsError, operation: str, attempt: int, start: float) -> float | None:
        """Return the seconds to wait before the next try, or None where there must be none."""
        if not is_transient(error, idempotent=_is_idempotent(operation), attempt=attempt):
            return None
        decide = partial(
            wait_after,
            attempt,
            error,
            max_retries=self.options.max_retries,
            deadline=self._deadline,
            share=self.clock.spread(),
        )
        wait = decide(elapsed=self.clock.now() - start)
        if wait is None or not error.outcome_unknown:
            return wait
        # Asking takes some of the time.
        return decide(elapsed=self.clock.now() - start) if self._honours_keys(start) else None

    def _honours_keys(self, start: float) -> bool:
        """Tell whether the platform does a write once, however often it comes under the same key."""
        announced: Mapping[str, Any] | None = self.memory.session or self.memory.announced
        if announced is None:
            try:
                announced = self._deliver("init", b'{"function": "init"}', start=start)
            except AshrLabsError:
                return False
            self.memory.announced = announced
        capabilities = announced.get("capabilities")
        return isinstance(capabilities, dict) and capabilities.get("idempotency_keys") is True  # pyright: ignore[reportUnknownMemberType]


def _is_idempotent(operation: str) -> bool:
    known = OPERATIONS.get(operation)
    return known is not None and known.idempotent
