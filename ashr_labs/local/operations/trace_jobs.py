"""The jobs that follow when traces are stored: forwarding and scoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..jobs.handlers import FORWARD
from ..jobs.score_trace import SCORE
from ..store.score_rows import has_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .registry import Context

__all__ = ["enqueue_trace_jobs"]


def enqueue_trace_jobs(context: Context, trace_ids: Iterable[str], *, is_whole: bool) -> None:
    """Enqueue what has to be done with stored traces.

    Args:
        context: The call that has stored them.
        trace_ids: The traces.
        is_whole: Whether nothing more will come; else they are scored when nothing has come for a while.
    """
    is_scored = has_rules(context.connection, context.principal.tenant_id)
    for trace_id in trace_ids:
        if context.settings.destination is not None:
            context.enqueue(FORWARD, trace_id)
        if is_scored:
            context.enqueue(SCORE, trace_id, after=0.0 if is_whole else context.settings.score_delay)
