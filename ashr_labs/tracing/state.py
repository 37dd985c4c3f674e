"""State that the spans of one trace share."""

from __future__ import annotations

import os
from itertools import count
from time import perf_counter_ns, time_ns
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .payload import SpanRecord

__all__ = ["TraceState"]


class TraceState:
    """State shared by the spans of one trace: their records in order of creation, ids and the clock."""

    __slots__ = (
        "capture_content",
        "clock_offset",
        "ids",
        "is_open",
        "observed",
        "parent_header",
        "sampled",
        "spans",
        "trace_id",
    )

    def __init__(
        self,
        trace_id: str,
        *,
        sampled: bool,
        is_open: bool,
        capture_content: bool = True,
        parent_header: str | None = None,
    ) -> None:
        self.trace_id = trace_id
        self.sampled = sampled
        """The sampling decision, which downstream services follow."""
        self.is_open = is_open
        """Whether spans are recorded: the trace is sampled and has not ended."""
        self.capture_content = capture_content
        """Whether `@traced` records arguments and results."""
        self.parent_header = parent_header
        """The incoming `traceparent` header, forwarded unchanged if nothing is recorded here."""
        self.spans: list[SpanRecord] = []
        self.observed: list[list[SpanRecord]] | None = None
        """The spans of all traces of the observed scenario that this trace belongs to, if it belongs to one."""
        # Consecutive numbers from a random start are as unique as random ids, at a fifth of the cost.
        self.ids = count(int.from_bytes(os.urandom(8)) >> 1 | 1)
        # The wall clock is read once: if it is set back, spans still end after they start.
        self.clock_offset = time_ns() - perf_counter_ns()
