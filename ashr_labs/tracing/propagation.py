"""What connects traces of several services, and which traces are kept."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

__all__ = ["Remote", "is_kept", "make_trace_id"]

_HEADER = re.compile(
    r"(?P<version>(?!ff)[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})-(?P<span>(?!0{16})[0-9a-f]{16})"
    r"-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?"
)
_DECISIVE = 14
"""How many digits of a trace's id decide whether it is kept."""
_IDS: float = 16.0**_DECISIVE


@dataclass(frozen=True, slots=True)
class Remote:
    """The span of another service that a trace is done for."""

    trace_id: str
    span_id: str
    is_sampled: bool

    @classmethod
    def read(cls, traceparent: object) -> Remote | None:
        """Read a header `traceparent` (W3C Trace Context); None where it is absent or not valid."""
        found = _HEADER.fullmatch(traceparent.strip(" \t")) if isinstance(traceparent, str) else None
        if found is None or (found["version"] == "00" and found["more"]):
            return None
        return cls(found["trace"], found["span"], bool(int(found["flags"], 16) & 1))

    def as_metadata(self) -> dict[str, str]:
        """Return what a trace remembers of it; its own id stays its own, since the platform keeps one trace per id."""
        return {"parent_trace_id": self.trace_id, "parent_span_id": self.span_id}


def make_trace_id(remote: Remote | None) -> str:
    """Return an id that is new, and kept at the same rates as that of the trace that it is done for.

    So all services along a chain of calls, and scores that come later, decide alike.
    """
    own = secrets.token_hex(16)
    return own if remote is None else remote.trace_id[:_DECISIVE] + own[_DECISIVE:]


def is_kept(trace_id: str, rate: float, remote: Remote | None = None) -> bool:
    """Decide whether a trace is kept, by its id alone, or as the service decided that it is done for."""
    if remote is not None:
        return remote.is_sampled and is_kept(remote.trace_id, rate)
    return int(trace_id[:_DECISIVE], 16) < rate * _IDS
