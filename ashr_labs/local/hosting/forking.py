"""Fork a session: a new one with its messages and files, as of the end of a turn."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ...errors import ConflictError, NotFoundError
from ..failures import RefusedError
from ..store.event_log import last_sequence
from ..store.hosting_rows import MESSAGES, add_session, copy_messages, record_id, session_topic
from ..store.turn_rows import copy_turns, turn_of_message
from ..store.workspace_rows import copy_workspace
from .recording import log_lifecycle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

__all__ = ["fork_session"]

_GONE = 410


def fork_session(
    connection: Connection, row: Mapping[str, Any], moment: float, after: str | None = None
) -> dict[str, Any]:
    """Add a session, paused, with the files and messages of another one, and return it.

    Args:
        connection: A writing connection that holds the row of the session.
        row: The session.
        moment: The time, in seconds since the epoch.
        after: The id of a message; the fork is made as of the end of its turn. None for the last turn.

    Raises:
        ConflictError: The turn has not ended.
        NotFoundError: There is no such message.
        RefusedError: The files as of the end of the turn are not kept any more (410).
    """
    timestamp, session_id = isoformat(moment), row["id"]
    turn = _turn_of(connection, row, after)
    times = {"created_at": timestamp, "last_active_at": timestamp}
    nothing = {"sandbox_id": "", "turn_after": 0, "server_id": None, "is_in_turn": False}
    fork: dict[str, Any] = {
        **row,
        **times,
        **nothing,
        "id": str(uuid.uuid4()),
        "status": "paused",
        "parent_id": session_id,
    }
    fork["turns"] = row["turns"] if turn is None else turn["number"]
    add_session(connection, fork)
    workspace = None
    if turn is None or turn["workspace"] is not None:
        number = None if turn is None else turn["workspace"]
        workspace = copy_workspace(connection, session_id, fork["id"], number, moment)
    if turn is not None and workspace is None:
        raise RefusedError(
            _GONE, f"the files as of the end of turn {turn['number']} are not kept; fork a later turn of the session"
        )
    copy_turns(connection, session_id, fork["id"], fork["turns"], workspace)
    copy_messages(connection, session_id, fork["id"], None if turn is None else turn["last_message"])
    log_lifecycle(connection, fork, {"action": "forked", "parentSessionId": session_id}, moment)
    return fork


def _turn_of(connection: Connection, row: Mapping[str, Any], after: str | None) -> dict[str, Any] | None:
    """Return the turn of a message; None for the last one."""
    if after is None:
        if row["is_in_turn"]:
            raise ConflictError(f"the session {row['id']} is in a turn; fork it when it has ended, or an earlier turn")
        return None
    last = last_sequence(connection, session_topic(MESSAGES, row["id"]))
    message = next((number for number in range(1, last + 1) if record_id(row["id"], MESSAGES, number) == after), None)
    if message is None:
        raise NotFoundError(f"the session {row['id']} has no message {after!r}")
    turn = turn_of_message(connection, row["id"], message)
    if turn is None and row["is_in_turn"]:
        raise ConflictError(f"the turn of the message {after} has not ended; fork it when it has")
    return turn
