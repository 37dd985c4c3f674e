"""Scores of traces that have ended, or were made elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .propagation import is_kept
from .trace import Trace

if TYPE_CHECKING:
    from .trace import Delivering

__all__ = ["score_trace"]


def score_trace(tracing: Delivering, trace_id: str, name: str, value: float | str | bool, comment: str | None) -> None:
    """Deliver a score; that of a trace that was not kept is not kept either."""
    try:
        rate = tracing.settings.sample_rate
        if len(trace_id) == 32 and not is_kept(trace_id, rate):
            return
    except (TypeError, ValueError):  # the id of a platform that makes its own
        pass
    trace = Trace("score", metadata={"scored_trace_id": trace_id}, sampled=True, tracing=tracing)
    trace.score(name, value, comment=comment)
    trace.end()
