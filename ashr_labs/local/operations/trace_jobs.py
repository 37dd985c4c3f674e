"""The check of whose traces are stored, and the jobs that follow: forwarding and scoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from ...errors import AuthorizationError
from ..jobs.of_traces import enqueue_for_traces
from ..store.schema import traces

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .registry import Context

__all__ = ["check_own_traces", "enqueue_trace_jobs"]


def check_own_traces(context: Context, trace_ids: Collection[str]) -> None:
    """Make sure that the key of a sandbox changes traces of that sandbox only.

    Raises:
        AuthorizationError: A trace that is there belongs to another session.
    """
    sandbox_id = context.principal.sandbox_id
    if sandbox_id is None or not trace_ids:
        return
    wanted = select(traces.c.id, traces.c.session_id).where(
        traces.c.tenant_id == context.principal.tenant_id, traces.c.id.in_(list(trace_ids))
    )
    for trace_id, session_id in context.connection.execute(wanted):
        if session_id != sandbox_id:
            raise AuthorizationError(f"the trace {trace_id!r} does not belong to this sandbox; begin another one")


def enqueue_trace_jobs(context: Context, trace_ids: Iterable[str], *, is_whole: bool) -> None:
    """Enqueue what has to be done with stored traces.

    Args:
        context: The call that has stored them.
        trace_ids: The traces.
        is_whole: Whether nothing more will come; else they are scored when nothing has come for a while.
    """
    context.enqueued |= enqueue_for_traces(
        context.connection, context.principal.tenant_id, trace_ids, context.settings, context.moment, is_whole=is_whole
    )
