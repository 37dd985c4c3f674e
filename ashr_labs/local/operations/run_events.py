"""The events of runs: progress while they are played, and their end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from ...errors import NotFoundError
from ..store.event_log import Event, last_sequence, read_events
from ..store.raw_json import encode
from ..store.run_events import ENDED, ended_event, run_topic
from ..store.run_tests import RUNNING
from ..store.schema import runs
from ..streams import Batch, Follow
from .registry import Context, operation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import Connection

__all__ = ["get_run_events"]

_STATE = select(runs.c.playing, runs.c.grading_status, runs.c.grading_error).where(
    runs.c.id == bindparam("run"), runs.c.tenant_id == bindparam("tenant")
)


@operation("get_run_events", is_quick=True)
def get_run_events(context: Context, params: Mapping[str, Any]) -> Follow:
    """Follow a run."""
    run_id, tenant_id = params["run_id"], context.principal.tenant_id
    if context.connection.execute(_STATE, {"run": run_id, "tenant": tenant_id}).one_or_none() is None:
        raise NotFoundError(f"there is no run {run_id}")
    return Follow(run_topic(run_id), partial(_read, run_id, tenant_id), params.get("after", 0))


def _read(run_id: int, tenant_id: int, connection: Connection, after: int) -> Batch:
    """Return the next events; of a run whose last event is not kept any more, one that says what is known."""
    found = read_events(connection, run_topic(run_id), after)
    if found:
        return Batch(found, is_last=found[-1].type == ENDED)
    row = connection.execute(_STATE, {"run": run_id, "tenant": tenant_id}).one_or_none()
    if row is None:  # it was deleted meanwhile
        return Batch([_ended(after + 1, "failed", f"run {run_id} was deleted")], is_last=True)
    if row.playing == RUNNING or row.grading_status not in {"completed", "failed"}:
        return Batch([])
    sequence = max(after, last_sequence(connection, run_topic(run_id))) + 1
    return Batch([_ended(sequence, row.grading_status, row.grading_error)], is_last=True)


def _ended(sequence: int, grading_status: str, grading_error: str | None) -> Event:
    event, data = ended_event(grading_status, grading_error)
    return Event(sequence, event, encode(data))
