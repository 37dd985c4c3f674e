"""Sign-in to the dashboard: sessions that hold an API key, one-time links, and a limit of attempts."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Attempts", "Session", "Sessions"]

_SESSION_SECONDS = 12 * 3600.0
_LINK_SECONDS = 600.0
_MAX_SESSIONS = 1_000
_MAX_ADDRESSES = 10_000


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser."""

    key: str = field(repr=False)
    """The API key; each page checks it, so a session ends when its key is revoked."""
    csrf: str = field(repr=False)
    """Token that each form of the session carries."""
    expires_at: float
    """Seconds since the epoch."""

    def has_token(self, given: str) -> bool:
        """Return True if a form carries the session's token."""
        return hmac.compare_digest(self.csrf.encode(), given.encode("utf-8", "surrogatepass"))


class Sessions:
    """The sessions and one-time links of a process; they are kept in memory only, ids and tokens as digests.

    Args:
        now: The clock, in seconds since the epoch.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = Lock()
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._links: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def open(self, key: str) -> str:
        """Start a session with an API key and return its id, always a new one."""
        session_id = secrets.token_urlsafe(32)
        session = Session(key, secrets.token_urlsafe(32), self._now() + _SESSION_SECONDS)
        with self._lock:
            self._sessions[_digest(session_id)] = session
            while len(self._sessions) > _MAX_SESSIONS:
                self._sessions.popitem(last=False)
        return session_id

    def find(self, session_id: str) -> Session | None:
        """Return a session that has not expired, or None."""
        digest = _digest(session_id)
        with self._lock:
            session = self._sessions.get(digest)
            if session is not None and session.expires_at <= self._now():
                del self._sessions[digest]
                return None
        return session

    def end(self, session_id: str) -> None:
        """End a session; an unknown one is ignored."""
        with self._lock:
            self._sessions.pop(_digest(session_id), None)

    def add_link(self, key: str) -> str:
        """Return the token of a one-time link that signs in with an API key within ten minutes."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._links[_digest(token)] = (key, self._now() + _LINK_SECONDS)
            while len(self._links) > _MAX_SESSIONS:
                self._links.popitem(last=False)
        return token

    def redeem(self, token: str) -> str | None:
        """Return the API key of a one-time link and forget the link; None if it was used or has expired."""
        with self._lock:
            key, expires_at = self._links.pop(_digest(token), ("", 0.0))
        return key if expires_at > self._now() else None


class Attempts:
    """A limit of failed sign-ins: ten a minute for each address.

    Args:
        now: The clock, in seconds.
    """

    limit = 10
    seconds = 60.0

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = Lock()
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Return for how many seconds an address must wait until its next attempt; 0 if it need not."""
        with self._lock:
            times = self._failed.get(address)
            if times is None or len(times) < self.limit:
                return 0.0
            return max(0.0, times[0] + self.seconds - self._now())

    def note_failure(self, address: str) -> None:
        """Count a failed attempt of an address."""
        with self._lock:
            times = self._failed.setdefault(address, deque(maxlen=self.limit))
            times.append(self._now())
            self._failed.move_to_end(address)
            while len(self._failed) > _MAX_ADDRESSES:
                self._failed.popitem(last=False)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
