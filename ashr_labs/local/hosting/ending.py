"""Store the end of a turn: its status and usage, its trace, its workspace, and the last events of its readers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..._time import isoformat, parse_iso
from ..jobs.of_traces import enqueue_for_traces
from ..store.event_log import last_event, last_sequence, prune_events, stored_events
from ..store.hosting_rows import EVENTS, FRAMES, MESSAGES, append_to_session, session_topic, update_session
from ..store.trace_rows import split_trace
from ..store.trace_writes import store_trace
from ..store.turn_rows import find_turn, update_turn
from ..store.workspace_rows import save_workspace
from .summary import TurnOrigin, TurnSummary
from .turns import recorded_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from ..settings import Settings
    from ..store.trace_rows import TraceRows

__all__ = ["Ended", "Endings"]

_KEPT_SECONDS = 86_400.0
"""How long the events of a turn are kept for its readers; what its history has is kept."""
_TRACED = ("tool_use", "tool_result", "message", "error")
"""The frames that the summary of a turn is made of."""


class Ended(NamedTuple):
    """A turn that has ended, prepared for being stored."""

    origin: TurnOrigin
    columns: Mapping[str, Any]
    rows: TraceRows


class Endings:
    """Stores the ends of turns.

    Args:
        settings: Those of the platform.
        now: The clock, in seconds since the epoch.
    """

    def __init__(self, settings: Settings, now: Callable[[], float]) -> None:
        self._settings = settings
        self._now = now

    def prepared(self, summary: TurnSummary, status: str | None = None) -> Ended:
        """Return the end of a turn as it is stored; done outside of the transaction.

        Args:
            summary: What happened in it.
            status: `interrupted`, or what its events say: `completed` or `failed`.
        """
        status = status or ("completed" if summary.error is None else "failed")
        prices, ended_at = self._settings.prices, isoformat(self._now())
        columns = {**summary.columns(prices), "status": status, "ended_at": ended_at}
        return Ended(summary.origin, columns, split_trace(summary.trace(status, ended_at, prices)))

    def store(
        self, connection: Connection, row: Mapping[str, Any], ended: Ended, archive: bytes | None = None
    ) -> set[str]:
        """Store the end of a turn, and return the kinds of jobs to wake after the commit.

        Args:
            connection: A writing connection that holds the row of the session.
            row: The session.
            ended: The turn.
            archive: The workspace; None if it was not saved.
        """
        moment, origin = self._now(), ended.origin
        workspace = None if archive is None else save_workspace(connection, row["id"], archive, moment)
        done = {"sessionId": row["id"], "traceId": origin.trace_id, "status": ended.columns["status"]}
        append_to_session(connection, row, FRAMES, [("done", done)], moment)
        update_turn(
            connection,
            row["id"],
            origin.number,
            **ended.columns,
            seconds=max(moment - origin.begun, 0.0),
            workspace=workspace,
            last_message=last_sequence(connection, session_topic(MESSAGES, row["id"])),
        )
        update_session(connection, row["id"], is_in_turn=False, last_active_at=isoformat(moment))
        # The last event of each turn stays, so that the numbers go on.
        prune_events(connection, FRAMES, moment - _KEPT_SECONDS, kept="done")
        tenant_id, trace_id = row["tenant_id"], origin.trace_id
        store_trace(connection, tenant_id, trace_id, ended.rows, isoformat(moment))
        return enqueue_for_traces(connection, tenant_id, [trace_id], self._settings, moment, is_whole=True)

    def cut_off(
        self,
        connection: Connection,
        row: Mapping[str, Any],
        reason: str,
        summary: TurnSummary | None = None,
        status: str | None = None,
    ) -> set[str]:
        """End the turn in progress of a session with an error, and return the kinds of jobs to wake after the commit.

        Args:
            connection: A writing connection that holds the row of the session.
            row: The session.
            reason: Why it has ended.
            summary: What happened in it; read from what is stored if it is not known.
            status: As for `prepared`.
        """
        failed, moment = recorded_error(reason), self._now()
        append_to_session(connection, row, FRAMES, failed.frames, moment)
        append_to_session(connection, row, EVENTS, failed.events, moment)
        summary = summary or _stored_summary(connection, row)
        if summary is None:  # a turn that an earlier version has begun
            append_to_session(connection, row, FRAMES, [("done", {"sessionId": row["id"]})], moment)
            update_session(connection, row["id"], is_in_turn=False)
            return set()
        summary.add(failed.frames, isoformat(moment))
        return self.store(connection, row, self.prepared(summary, status))


def _stored_summary(connection: Connection, row: Mapping[str, Any]) -> TurnSummary | None:
    turn = find_turn(connection, row["id"], row["turns"])
    if turn is None:
        return None
    begun = parse_iso(turn["created_at"])
    message = last_event(connection, session_topic(MESSAGES, row["id"]), "user")
    origin = TurnOrigin(
        turn["trace_id"],
        row["id"],
        row["agent_name"],
        turn["number"],
        0.0 if begun is None else begun.timestamp(),
        None if message is None else message.value.get("content"),
        row["config"].get("model"),
    )
    summary = TurnSummary(origin)
    for event in stored_events(connection, session_topic(FRAMES, row["id"]), row["turn_after"], _TRACED):
        summary.add([(event.type, event.value)], event.created_at)
    return summary
