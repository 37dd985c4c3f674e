"""What connects traces of several services, and which traces are kept."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Remote", "is_kept"]

_HEADER = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")


@dataclass(frozen=True, slots=True)
class Remote:
    """The span of another service that a trace is done for."""

    trace_id: str
    span_id: str
    is_sampled: bool

    @classmethod
    def read(cls, traceparent: object) -> Remote | None:
        """Read a header `traceparent` (W3C Trace Context); None where it is absent or not valid."""
        found = _HEADER.fullmatch(traceparent.strip()) if isinstance(traceparent, str) else None
        if found is None:
            return None
        return cls(found[1], found[2], bool(int(found[3], 16) & 1))

    def as_metadata(self) -> dict[str, str]:
        """Return what a trace remembers of it; its own id stays its own, since the platform keeps one trace per id."""
        return {"parent_trace_id": self.trace_id, "parent_span_id": self.span_id}


def is_kept(trace_id: str, rate: float, remote: Remote | None = None) -> bool:
    """Decide whether a trace is kept, by its id alone, or as the service decided that it is done for."""
    if remote is not None:
        return remote.is_sampled and is_kept(remote.trace_id, rate)
    return int(trace_id[:14], 16) < rate * 16**14
