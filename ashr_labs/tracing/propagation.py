"""Trace context propagation between services (W3C Trace Context), and sampling."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

__all__ = ["SpanContext", "is_sampled", "make_trace_id"]

_HEADER = (
    r"(?P<version>(?!ff)[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})-(?P<span>(?!0{16})[0-9a-f]{16})"
    r"-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?"
)
_SAMPLING_DIGITS = 14
"""Leading digits of a trace id that the sampling decision depends on."""
_SAMPLING_IDS: float = 16.0**_SAMPLING_DIGITS


@dataclass(frozen=True, slots=True)
class SpanContext:
    """The parent span in another service."""

    trace_id: str
    span_id: str
    is_sampled: bool

    @classmethod
    def parse(cls, traceparent: object) -> SpanContext | None:
        """Parse a `traceparent` header; None if it is absent or invalid."""
        # The module `re` keeps it compiled; most processes never parse a header.
        found = re.fullmatch(_HEADER, traceparent.strip(" \t")) if isinstance(traceparent, str) else None
        if found is None or (found["version"] == "00" and found["more"]):
            return None
        return cls(found["trace"], found["span"], bool(int(found["flags"], 16) & 1))

    def as_metadata(self) -> dict[str, str]:
        """Return the metadata that links a trace to its parent; the platform keeps one trace per id."""
        return {"parent_trace_id": self.trace_id, "parent_span_id": self.span_id}


def make_trace_id(remote: SpanContext | None) -> str:
    """Return a new trace id with the same sampling decision as the parent's, at any rate.

    All services along a chain of calls, and later scores, make the same decision.
    """
    own = os.urandom(16).hex()
    return own if remote is None else remote.trace_id[:_SAMPLING_DIGITS] + own[_SAMPLING_DIGITS:]


def is_sampled(trace_id: str, rate: float, remote: SpanContext | None = None) -> bool:
    """Return the sampling decision: that of the parent service and of the trace id."""
    if remote is not None:
        return remote.is_sampled and is_sampled(remote.trace_id, rate)
    return int(trace_id[:_SAMPLING_DIGITS], 16) < rate * _SAMPLING_IDS
