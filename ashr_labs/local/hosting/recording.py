"""Store the output of a session's process: frames for readers, events, messages and log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ...errors import AshrLabsError, NotFoundError
from ..sandbox.errors import SandboxError
from ..store.hosting_rows import EVENTS, FRAMES, LOGS, MESSAGES, append_to_session, read_session, update_session
from .lines import Lines, LineTooLongError, answer_of
from .turns import recorded_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from ..store.engine import Database
    from .lines import Answer
    from .live import LiveSession

__all__ = ["Recorder", "end_turn", "log_lifecycle", "saved_workspace"]

_logger = logging.getLogger(__name__)


class Recorder:
    """Stores the output of a process.

    Args:
        database: Where it is stored.
        locked: Holds the lock of a session, by its id.
        now: The clock, in seconds since the epoch.
    """

    def __init__(
        self, database: Database, locked: Callable[[str], AbstractContextManager[None]], now: Callable[[], float]
    ) -> None:
        self._database = database
        self._locked = locked
        self._now = now

    def follow(self, live: LiveSession) -> None:
        """Store output until the process exits; the session then has the status `error`, unless it was ended."""
        lines = {"stdout": Lines(), "stderr": Lines()}
        try:
            for stream, data in live.process.output():
                self._take(live, stream, lines[stream].feed(data))
            reason = f"the agent's process has ended with exit code {live.process.wait()}"
        except LineTooLongError:
            reason = "the agent printed a line of more than 1 MiB"
        except SandboxError as error:
            reason = error.message
        except Exception:
            _logger.exception("the output of a session cannot be stored")
            reason = "the platform could not store what the agent printed"
        self._failed(live, reason)

    def _take(self, live: LiveSession, stream: str, lines: list[str]) -> None:
        if not lines:
            return
        answer = answer_of(lines if stream == "stdout" else (), live.turn)
        for line in lines if stream == "stderr" else ():
            answer.log("stderr", line)
        with self._locked(live.id):
            if live.is_ended:
                return
            saved = saved_workspace(live) if answer.is_done else {}
            with self._database.write() as connection:
                self._store(connection, live, answer, saved)
            if answer.is_done:
                live.turn = 0

    def _store(self, connection: Connection, live: LiveSession, answer: Answer, saved: Mapping[str, Any]) -> None:
        moment = self._now()
        row = read_session(connection, live.tenant_id, live.id, locks=True)
        frames = [*answer.frames, *([("done", {"sessionId": live.id})] if answer.is_done else [])]
        append_to_session(connection, row, FRAMES, frames, moment)
        append_to_session(connection, row, EVENTS, answer.events, moment)
        append_to_session(connection, row, MESSAGES, [("assistant", one) for one in answer.messages], moment)
        append_to_session(connection, row, LOGS, answer.logs, moment)
        if answer.is_done:
            ended = {"is_in_turn": False, "last_active_at": isoformat(moment)}
            update_session(connection, live.id, **ended, **saved)

    def _failed(self, live: LiveSession, reason: str) -> None:
        with self._locked(live.id):
            if live.is_ended:
                return
            live.end()
            try:
                with self._database.write() as connection:
                    self._store_failure(connection, live, reason)
            except NotFoundError:
                pass  # it failed before it was stored
            except AshrLabsError:
                _logger.warning("the end of the session %s cannot be stored", live.id)

    def _store_failure(self, connection: Connection, live: LiveSession, reason: str) -> None:
        row = read_session(connection, live.tenant_id, live.id, locks=True)
        if row["is_in_turn"]:
            end_turn(connection, row, reason, self._now())
        else:
            append_to_session(connection, row, EVENTS, recorded_error(reason).events, self._now())
        update_session(connection, live.id, status="error")


def end_turn(connection: Connection, row: Mapping[str, Any], reason: str, moment: float) -> None:
    """End the turn in progress of a session with an error."""
    failed = recorded_error(reason)
    append_to_session(connection, row, FRAMES, [*failed.frames, ("done", {"sessionId": row["id"]})], moment)
    append_to_session(connection, row, EVENTS, failed.events, moment)
    update_session(connection, row["id"], is_in_turn=False)


def log_lifecycle(connection: Connection, row: Mapping[str, Any], data: Mapping[str, Any], moment: float) -> None:
    """Add a change of the state to the events of a session."""
    append_to_session(connection, row, EVENTS, [("lifecycle", data)], moment)


def saved_workspace(live: LiveSession) -> dict[str, Any]:
    """Return the columns that change when the workspace is saved; none if it cannot be."""
    try:
        content = live.workspace()
    except AshrLabsError as error:
        _logger.warning("the workspace of the session %s was not saved: %s", live.id, error.message)
        return {}
    if content is None:
        _logger.warning("the workspace of the session %s is too large to be saved", live.id)
        return {}
    return {"workspace": content}
