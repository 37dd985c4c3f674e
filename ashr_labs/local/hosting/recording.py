"""Store the output of a session's process: frames for readers, events, messages and log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ...errors import AshrLabsError, NotFoundError
from ..sandbox.errors import SandboxError
from ..store.hosting_rows import EVENTS, FRAMES, LOGS, MESSAGES, append_to_session, read_session, update_session
from .lines import Lines, LineTooLongError, answer_of, resume_line
from .turns import recorded_error

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection

    from ..store.engine import Database
    from .ending import Ended, Endings
    from .lines import Answer
    from .live import LiveSession

__all__ = ["Recorder", "log_lifecycle", "saved_archive"]

_logger = logging.getLogger(__name__)


class Recorder:
    """Stores the output of a process.

    Args:
        database: Where it is stored.
        endings: Stores the ends of turns.
        server_id: The server that this is; what belongs to a session that has gone to another one is not stored.
        locked: Holds the lock of a session, by its id.
        wake: Wakes the workers of kinds of jobs.
        now: The clock, in seconds since the epoch.
    """

    def __init__(
        self,
        database: Database,
        endings: Endings,
        server_id: str,
        locked: Callable[[str], AbstractContextManager[None]],
        wake: Callable[[set[str]], None],
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._endings = endings
        self._server_id = server_id
        self._locked = locked
        self._wake = wake
        self._now = now

    def follow(self, live: LiveSession) -> None:
        """Store output until the process exits; the session then has the status `error`, unless it was ended.

        After a turn that was interrupted, the process is started again.
        """
        while self._goes_on(live, self._take_all(live)):
            pass

    def _take_all(self, live: LiveSession) -> str:
        """Store output until the process exits, and return why it did."""
        lines = {"stdout": Lines(), "stderr": Lines()}
        try:
            for stream, data in live.process.output():
                self._take(live, stream, lines[stream].feed(data))
            return f"the agent's process has ended with exit code {live.process.wait()}"
        except LineTooLongError:
            return "the agent printed a line of more than 1 MiB"
        except SandboxError as error:
            return error.message
        except Exception:
            _logger.exception("the output of a session cannot be stored")
            return "the platform could not store what the agent printed"

    def _take(self, live: LiveSession, stream: str, lines: list[str]) -> None:
        if not lines:
            return
        lines = [live.watch.masked(line) for line in lines]
        answer = answer_of(lines if stream == "stdout" else (), live.turn)
        for line in lines if stream == "stderr" else ():
            answer.log("stderr", line)
        with self._locked(live.id):
            if live.is_ended:
                return
            self._take_answer(live, answer)

    def _take_answer(self, live: LiveSession, answer: Answer) -> None:
        summary, moment, ended, archive = live.summary, self._now(), None, None
        if summary is not None:
            summary.add(answer.frames, isoformat(moment))
            if answer.is_done:
                is_cut = bool(live.interruption) and summary.result is None
                ended = self._endings.prepared(summary, "interrupted" if is_cut else None)
                archive = saved_archive(live)
        # What a turn says is safe when its end is: a power failure would cut the turn off in any case.
        with self._database.write(waits_for_disk=ended is not None) as connection:
            row = self._own_row(connection, live)
            kinds = set[str]() if row is None else self._store(connection, row, answer, moment, (ended, archive))
        if row is None:
            live.end()
            return
        if answer.is_done:
            live.summary, live.interruption, live.active_at = None, "", moment
        self._wake(kinds)

    def _store(
        self,
        connection: Connection,
        row: Mapping[str, Any],
        answer: Answer,
        moment: float,
        end: tuple[Ended | None, bytes | None],
    ) -> set[str]:
        append_to_session(connection, row, FRAMES, answer.frames, moment)
        append_to_session(connection, row, EVENTS, answer.events, moment)
        append_to_session(connection, row, MESSAGES, [("assistant", one) for one in answer.messages], moment)
        append_to_session(connection, row, LOGS, answer.logs, moment)
        ended, archive = end
        return set() if ended is None else self._endings.store(connection, row, ended, archive)

    def _goes_on(self, live: LiveSession, reason: str) -> bool:
        """Store that the process has ended, and return True if it was started again."""
        with self._locked(live.id):
            if live.is_ended:
                return False
            try:
                if live.interruption:
                    return self._restarted(live)
                live.end()
                self._store_end(live, reason, status="error")
            except NotFoundError:
                pass  # it failed before it was stored
            except AshrLabsError:
                _logger.warning("the end of the session %s cannot be stored", live.id)
        return False

    def _restarted(self, live: LiveSession) -> bool:
        """End the turn that was interrupted, and start the process again."""
        try:
            live.restart()
        except SandboxError as error:
            live.end()
            reason = f"{live.interruption}, and the agent cannot be started again: {error.message}"
            self._store_end(live, reason, "error")
            return False
        turns = live.turn
        self._store_end(live, live.interruption)
        live.interruption = ""
        live.write(resume_line(turns))
        return not live.is_ended

    def _store_end(self, live: LiveSession, reason: str, status: str | None = None) -> None:
        """End the turn in progress with an error, and change the status of the session."""
        with self._database.write() as connection:
            row, kinds = self._own_row(connection, live), set[str]()
            if row is not None:
                kinds = self._store_failure(connection, row, live, reason)
            if row is not None and status is not None:
                update_session(connection, live.id, status=status, server_id=None)
        live.summary, live.active_at = None, self._now()
        if row is None:
            live.end()
        self._wake(kinds)

    def _store_failure(
        self, connection: Connection, row: Mapping[str, Any], live: LiveSession, reason: str
    ) -> set[str]:
        if row["is_in_turn"]:
            status = "interrupted" if live.interruption else None
            return self._endings.cut_off(connection, row, reason, live.summary, status)
        append_to_session(connection, row, EVENTS, recorded_error(reason).events, self._now())
        return set()

    def _own_row(self, connection: Connection, live: LiveSession) -> dict[str, Any] | None:
        """Return the session, locked; None if another server has paused it meanwhile."""
        row = read_session(connection, live.tenant_id, live.id, locks=True)
        return row if row["server_id"] == self._server_id else None


def log_lifecycle(connection: Connection, row: Mapping[str, Any], data: Mapping[str, Any], moment: float) -> None:
    """Add a change of the state to the events of a session."""
    append_to_session(connection, row, EVENTS, [("lifecycle", data)], moment)


def saved_archive(live: LiveSession) -> bytes | None:
    """Return the workspace as an archive; None if it cannot be saved."""
    try:
        content = live.workspace()
    except AshrLabsError as error:
        _logger.warning("the workspace of the session %s was not saved: %s", live.id, error.message)
        return None
    if content is None:
        _logger.warning("the workspace of the session %s is too large to be saved", live.id)
    return content
