"""The jobs that follow when a trace is stored: forwarding and scoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._time import isoformat
from ..store.score_rows import has_rules
from .handlers import FORWARD
from .queue import enqueue
from .score_trace import SCORE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from ..settings import Settings

__all__ = ["enqueue_for_traces"]


def enqueue_for_traces(
    connection: Connection,
    tenant_id: int,
    trace_ids: Iterable[str],
    settings: Settings,
    moment: float,
    *,
    is_whole: bool,
) -> set[str]:
    """Enqueue what has to be done with stored traces, and return the kinds of jobs to wake after the commit.

    Args:
        connection: A writing connection.
        tenant_id: Their tenant.
        trace_ids: The traces.
        settings: Those of the platform.
        moment: The time, in seconds since the epoch.
        is_whole: Whether nothing more will come; else they are scored when nothing has come for a while.
    """
    due: dict[str, str] = {}
    if settings.destination is not None:
        due[FORWARD] = isoformat(moment)
    if has_rules(connection, tenant_id):
        due[SCORE] = isoformat(moment + (0.0 if is_whole else settings.score_delay))
    enqueued: set[str] = set()
    for trace_id in trace_ids:
        for kind, due_at in due.items():
            enqueue(connection, kind, tenant_id, trace_id, due_at)
            enqueued.add(kind)
    return enqueued
