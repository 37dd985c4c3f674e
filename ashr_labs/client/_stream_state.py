"""How far a stream of events has come, and what to do when it breaks off. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import APITimeoutError, ConfigurationError, StreamInterruptedError
from ._options import MAX_SECONDS, is_duration
from ._retry import retry_delay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._http.sse import ServerSentEvent, SSEDecoder
    from ..errors import APIConnectionError
    from ._outgoing import Outgoing

__all__ = ["StreamState"]

_FOREVER = 1e9


@dataclass
class StreamState:
    """How far a stream has come."""

    outgoing: Outgoing
    """The request for the rest of the stream."""
    max_retries: int
    """How often it is resumed without an event in between."""
    event_timeout: float | None
    """Seconds until the next event; None sets no limit."""
    events_read: int = 0
    is_complete: bool = False
    """Whether the event was read that completes it."""
    is_late: bool = False
    """Whether an event did not come in time."""
    _failures: int = 0
    _retry_after: float | None = None

    def __post_init__(self) -> None:
        value: object = self.event_timeout
        if value is not None and (not is_duration(value) or not value):
            raise ConfigurationError(
                f"event_timeout must be more than 0 and at most {MAX_SECONDS} seconds, or None, got {value!r}"
            )

    @property
    def seconds(self) -> float:
        """The seconds until the next event must be there."""
        return _FOREVER if self.event_timeout is None else self.event_timeout

    def read(self, decoder: SSEDecoder, chunk: bytes) -> Iterator[ServerSentEvent]:
        """Yield the events that some bytes complete, up to the one that completes the stream, and note each."""
        for event in () if self.is_complete else decoder.feed(chunk):
            self._note(event, decoder)
            yield event
            if self.is_complete:
                return

    def delay(self, cause: APIConnectionError | None, random: float) -> float:
        """Return the seconds to wait before the stream is resumed.

        Args:
            cause: Why it broke off; None if it ended too early.
            random: A random number, 0..1.

        Raises:
            StreamInterruptedError: If it cannot be resumed, or was too often.
        """
        error = self._interrupted(cause)
        error.retry_after = self._retry_after
        can_resume = self.outgoing.is_read and (self.outgoing.last_event_id is not None or not self.events_read)
        seconds = (
            retry_delay(self._failures, error, max_retries=self.max_retries, remaining=_FOREVER, random=random)
            if can_resume
            else None
        )
        if seconds is None:
            raise error from cause
        self._failures += 1
        return seconds

    def too_slow(self) -> APITimeoutError:
        """Return the error for an event that does not come in time."""
        self.is_late = True
        operation = self.outgoing.operation
        message = f"{operation}: no event within {self.event_timeout:g} seconds {self._place}; increase event_timeout="
        return APITimeoutError(message, operation=operation)

    @property
    def _place(self) -> str:
        last = self.outgoing.last_event_id
        behind = "" if last is None else f", behind the event with the id {last!r}"
        return f"after {self.events_read} events{behind}"

    def _note(self, event: ServerSentEvent, decoder: SSEDecoder) -> None:
        self.events_read += 1
        self._failures = 0
        self._retry_after = None if decoder.retry_ms is None else decoder.retry_ms / 1000
        if event.id:
            self.outgoing = replace(self.outgoing, last_event_id=event.id)
        self.is_complete = event.event == self.outgoing.last_event

    def _interrupted(self, cause: APIConnectionError | None) -> StreamInterruptedError:
        operation = self.outgoing.operation
        reason = "the platform closed it" if cause is None else cause.message.removeprefix(f"{operation}: ")
        error = StreamInterruptedError(
            f"{operation}: the stream stopped {self._place}, before the event that completes it: {reason}",
            operation=operation,
        )
        error.last_event_id, error.events_read = self.outgoing.last_event_id or "", self.events_read
        return error
