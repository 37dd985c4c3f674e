"""What can come of sending something: taken, later perhaps, never."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..http_post import Reply

__all__ = ["Refused", "RetryLater", "as_json", "check_status", "is_passing"]

_PASSING = frozenset({408, 425, 429})
_LONGEST_PAUSE = 3600.0


class RetryLater(Exception):  # noqa: N818 - it tells what to do
    """It was not taken, and may be later."""

    def __init__(self, reason: str, *, pause: float = 0) -> None:
        super().__init__(reason)
        self.pause = pause
        """Seconds that the other side asks for."""


class Refused(Exception):  # noqa: N818 - as above
    """It was not taken, and will not be."""


def as_json(value: object) -> bytes:
    """Write JSON that everybody can read: without half surrogates, for which a whole request may be refused."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def is_passing(status: object) -> bool:
    """Tell whether a status means that it may work later."""
    return isinstance(status, int) and (status in _PASSING or status >= 500)


def check_status(reply: Reply, text: str) -> None:
    """Make sure that a reply is a success.

    Raises:
        RetryLater: It may be one later.
        Refused: It will not.
    """
    if 200 <= reply.status < 300:
        return
    reason = f"status {reply.status}: {text}"
    if is_passing(reply.status):
        raise RetryLater(reason, pause=_seconds(reply.retry_after))
    raise Refused(reason)


def _seconds(text: str | None) -> float:
    return min(float(text), _LONGEST_PAUSE) if text and text.isascii() and text.isdecimal() else 0.0
