"""Requests with a deadline for the whole call."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping

__all__ = ["Deadline", "PhaseTimeout", "RequestFactory", "TrackedBody"]

_MIN_SECONDS = 0.001
"""A timeout of 0 would mean "do not block"."""


class Deadline:
    """The end of a whole call: all attempts, the waits between them and every network operation."""

    __slots__ = ("end", "now")

    def __init__(self, seconds: float, now: Callable[[], float] = monotonic) -> None:
        self.now = now
        self.end = now() + seconds

    def remaining(self) -> float:
        """Return the seconds left; not above 0 if the deadline has passed."""
        return self.end - self.now()

    def extend(self, seconds: float) -> None:
        """Move the deadline to some seconds from now."""
        self.end = self.now() + seconds


class PhaseTimeout(float):
    """Seconds that one network operation may take, cut short by the deadline of its call.

    The HTTP library counts a timeout from each read and write, so a peer that sends single bytes could hold a call
    for ever. It passes the number on unread, and the network backends here look at the deadline as well.
    """

    __slots__ = ("deadline",)
    deadline: Deadline


class RequestFactory:
    """Builds requests that share their base URL, headers and timeouts.

    Args:
        url: Where to send them, or what their paths are appended to.
        headers: By lower-case name.
        timeouts: Seconds for `connect`, `read` and `write`.
    """

    def __init__(self, url: str, headers: Mapping[str, str], timeouts: Mapping[str, float]) -> None:
        self.url = httpx.URL(url)
        named = {"host": self.url.netloc.decode("ascii"), **headers}
        self._headers = [(name.encode(), value.encode()) for name, value in named.items()]
        self._timeouts = tuple(timeouts.items())
        self._path = self.url.raw_path.partition(b"?")[0].rstrip(b"/")

    def build(
        self,
        content: bytes,
        deadline: Deadline,
        idempotency_key: str | None = None,
        *,
        method: str = "POST",
        target: str = "",
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Request:
        """Return a request that ends at the deadline.

        Args:
            content: The body.
            deadline: The end of the call.
            idempotency_key: Identifies repeats of the call.
            method: The HTTP method.
            target: Path and query below the URL, percent-encoded; by default the request goes to the URL itself.
            content_type: The media type of the body in place of the usual one.
            headers: Further headers by lower-case name, in place of the usual ones.
        """
        own = {**({} if content_type is None else {"content-type": content_type}), **(headers or {})}
        fields = [*self._headers, (b"content-length", b"%d" % len(content))]
        if own:
            replaced = {name.encode(): value.encode() for name, value in own.items()}
            fields = [(name, value) for name, value in fields if name not in replaced] + [*replaced.items()]
        if idempotency_key:
            fields.append((b"idempotency-key", idempotency_key.encode()))
        left = max(deadline.end - deadline.now(), _MIN_SECONDS)
        timeouts: dict[str, float | None] = {"pool": None}
        for phase, seconds in self._timeouts:
            timeouts[phase] = timeout = PhaseTimeout(min(seconds, left))
            timeout.deadline = deadline
        url = self.url.copy_with(raw_path=self._path + target.encode("ascii")) if target else self.url
        return httpx.Request(method, url, headers=fields, stream=TrackedBody(content), extensions={"timeout": timeouts})

    @staticmethod
    def limit_reads(request: httpx.Request, silence: float, deadline: Deadline) -> None:
        """Limit how long the rest of a response may take.

        Args:
            request: The request, whose response has begun.
            silence: Seconds without any byte.
            deadline: The end of the response.
        """
        request.extensions["timeout"]["read"] = timeout = PhaseTimeout(silence)
        timeout.deadline = deadline

    def target_of(self, url: httpx.URL) -> str:
        """Return path and query of a URL below the base URL; empty for the base URL itself."""
        target = url.raw_path.removeprefix(self._path).decode("ascii")
        return "" if target == "/" else target


class TrackedBody(httpx.ByteStream):
    """The body of a request; before `is_started` the server cannot have acted on it."""

    is_started = False

    def __iter__(self) -> Iterator[bytes]:
        self.is_started = True
        return super().__iter__()

    def __aiter__(self) -> AsyncIterator[bytes]:
        self.is_started = True
        return super().__aiter__()
