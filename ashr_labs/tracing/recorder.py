"""What the parts of one trace share."""

from __future__ import annotations

import secrets
from itertools import count
from time import perf_counter_ns, time_ns
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from ashr_labs_types import Observation

    from .spans import Span

__all__ = ["Recorder"]


class Recorder:
    """The observations of one trace in order of creation, their ids and their clock."""

    __slots__ = ("captures", "clock_offset", "forwarded", "ids", "is_kept", "is_open", "observations", "trace_id")

    def __init__(
        self, trace_id: str, *, is_kept: bool, is_open: bool, captures: bool = True, forwarded: str | None = None
    ) -> None:
        self.trace_id = trace_id
        self.is_kept = is_kept
        """Whether the trace is one of those that are sampled, which services that are called from it follow."""
        self.is_open = is_open
        """Whether anything is recorded: not in a trace that is not kept, nor after a trace's end."""
        self.captures = captures
        """Whether `@traced` records arguments and results."""
        self.forwarded = forwarded
        """The header `traceparent` that is passed on as it came, since nothing is recorded here."""
        self.observations: list[Span] = []
        # Counted from a random start: as unique as ids drawn one by one, at a fifth of the cost.
        self.ids = count(secrets.randbits(63) + 1)
        # The wall clock is read once: were it set back meanwhile, spans would end before they start.
        self.clock_offset = time_ns() - perf_counter_ns()

    def payloads(self, mask: Callable[[Any], Any] | None) -> list[Observation]:
        """Write the observations out, and forget them and their values."""
        # Observations know the recorder: without this, they and their values would wait for the garbage collector.
        observations, self.observations = self.observations, []
        return [observation._payload(mask) for observation in observations]  # pyright: ignore[reportPrivateUsage]

    def size(self) -> int:
        """Return roughly how many bytes the observations take."""
        return sum(observation._size() for observation in self.observations)  # pyright: ignore[reportPrivateUsage]
