"""The events of a turn, for its readers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..store.event_log import Event, read_events
from ..store.hosting_rows import FRAMES, read_session, session_topic
from ..store.raw_json import encode
from ..streams import Batch, Follow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

__all__ = ["follow_turn"]


def follow_turn(row: Mapping[str, Any], after: int) -> Follow:
    """Return the events of a session behind a number, up to the end of a turn."""
    read = partial(_read_turn, row["tenant_id"], row["id"])
    return Follow(session_topic(FRAMES, row["id"]), read, after)


def _read_turn(tenant_id: int, session_id: str, connection: Connection, after: int) -> Batch:
    """Return the next events of a turn, up to its end."""
    found = read_events(connection, session_topic(FRAMES, session_id), after)
    for number, event in enumerate(found, 1):
        if event.type == "done":
            return Batch(found[:number], is_last=True)
    if found or read_session(connection, tenant_id, session_id)["is_in_turn"]:
        return Batch(found)
    return Batch([Event(max(after, 1), "done", encode({"sessionId": session_id}))], is_last=True)
