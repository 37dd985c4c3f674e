"""The sessions of a platform: create, send, interrupt, pause, resume, stop, end, fork."""

from __future__ import annotations

import secrets
import time
import uuid
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from ..._threads import start_daemon
from ..._time import isoformat
from ...errors import AshrLabsError, BadRequestError, ConflictError
from ..failures import RefusedError
from ..store.credential_rows import record_credential_use
from ..store.event_log import last_sequence
from ..store.hosting_rows import (
    FRAMES,
    MESSAGES,
    add_session,
    append_to_session,
    paused_sessions,
    read_session,
    session_topic,
    update_session,
)
from ..store.turn_rows import add_turn
from ..store.workspace_rows import read_workspace, save_workspace
from .archives import with_files
from .ending import Endings
from .forking import fork_session
from .interrupting import Interrupter
from .lines import query_line, resume_line
from .live import merged_files
from .load import Resumed, load_of
from .locks import Locks
from .reading import follow_turn
from .recording import Recorder, log_lifecycle, saved_archive
from .servers import Servers
from .starting import Starter, options_of
from .summary import TurnOrigin, TurnSummary
from .upkeep import Upkeep
from .workspaces import SessionFiles

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator, Mapping

    from sqlalchemy import Connection

    from ..keys import Principal
    from ..sandboxes import Sandboxes
    from ..sealing import Sealing
    from ..settings import Settings
    from ..store.engine import Database
    from ..streams import Follow
    from .live import LiveSession
    from .manifest import Manifest

__all__ = ["Hosting"]

_GONE, _AT_CAPACITY = 410, 503
Row = dict[str, Any]


class Hosting:
    """The sessions of one database; their processes belong to this process.

    Args:
        database: Has the sessions.
        sandboxes: Makes their sandboxes.
        sealing: Encrypts their variables, which are stored because they are applied whenever a process starts.
        settings: Those of the platform.
        wake: Wakes the workers of kinds of jobs.
        now: The clock, in seconds since the epoch.
    """

    def __init__(
        self,
        database: Database,
        sandboxes: Sandboxes,
        sealing: Sealing,
        settings: Settings,
        wake: Callable[[set[str]], None],
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._settings = settings
        self._now = now
        self._live: dict[str, LiveSession] = {}
        self._locked = Locks().held
        self._upkeep = Upkeep(self.tidy)
        self._interrupter = Interrupter(database, self._locked, settings.interrupt_grace)
        self._wake = wake
        self._sandboxes = sandboxes
        self._resumed = Resumed()
        self._opened_at = time.monotonic()
        self._starter = Starter(database, sandboxes, sealing, settings)
        self._endings = Endings(settings, now)
        self.servers = Servers(database, self._endings, wake, now)
        """This server among others."""
        self.files = SessionFiles(database, sandboxes, self._live, self._locked, self.servers.take_over, now)
        """The files of the sessions."""
        self._recorder = Recorder(database, self._endings, self.servers.id, self._locked, wake, now)

    def create(
        self, principal: Principal, agent: Mapping[Any, Any], manifest: Manifest, config: Mapping[str, Any]
    ) -> Row:
        """Create a session of an agent, and return it when its process runs.

        Raises:
            RefusedError: It cannot run here (501), or there are too many sandboxes (503).
            ValidationError: Its process cannot be started.
        """
        timestamp = isoformat(self._now())
        row: Row = {
            "id": str(uuid.uuid4()),
            "tenant_id": principal.tenant_id,
            "created_at": timestamp,
            "last_active_at": timestamp,
            "agent_name": agent["name"],
            "status": "active",
            "sandbox_id": "",
            "parent_id": None,
            "config": {**self._starter.sealed(config), "manifest": manifest.record()},
            "turns": 0,
            "turn_after": 0,
            "is_in_turn": False,
            "server_id": self.servers.id,
        }
        archive = with_files(agent["bundle"], merged_files(config))
        with self._locked(row["id"]):
            live = self._start(row, principal.user_id, archive)
            row["sandbox_id"] = live.platform_sandbox.id
            with self._ends_on_error(live), self._database.write() as connection:
                add_session(connection, row)
                save_workspace(connection, row["id"], archive, self._now())
                if "credentialId" in config:
                    record_credential_use(connection, row["tenant_id"], config["credentialId"], timestamp)
                created = {"action": "created", "agentName": row["agent_name"], "model": config.get("model")}
                log_lifecycle(connection, row, created, self._now())
            self._follow(live)
        return row

    def send(
        self,
        principal: Principal,
        session_id: str,
        body: Mapping[str, Any],
        also: Callable[[Connection, int], None] | None = None,
    ) -> Follow:
        """Begin a turn, and return its events.

        Args:
            principal: Who sends it.
            session_id: The session.
            body: The message with its options.
            also: Called with the number of the turn in the transaction that begins it.

        Raises:
            BadRequestError: The session is not active.
            ConflictError: It is in a turn.
            RefusedError: Its process has ended, or is on another server.
        """
        with self._locked(session_id):
            self._read(principal, session_id)  # takes it over from a server that has ended
            with self._database.write() as connection:
                row = read_session(connection, principal.tenant_id, session_id, locks=True)
                _check_active(row)
                _check_between_turns(row, "send the message")
                live = self._running(row)
                summary, after = self._begin_turn(connection, row, body)
                if also is not None:
                    also(connection, summary.origin.number)
            live.summary, live.interruption, live.active_at = summary, "", summary.origin.begun
            line = query_line(summary.origin.number, body, options_of(row["config"], session_id))
            # In a thread: a process that does not read its input must not hold up this request.
            start_daemon(partial(live.write, line), "ashr-labs-query")
        return follow_turn(row, after)

    def _begin_turn(self, connection: Connection, row: Row, body: Mapping[str, Any]) -> tuple[TurnSummary, int]:
        """Store the beginning of a turn; return its summary, and the number of the event before its first one."""
        moment, number, session_id = self._now(), row["turns"] + 1, row["id"]
        model = body.get("model", row["config"].get("model"))
        origin = TurnOrigin(
            secrets.token_hex(16), session_id, row["agent_name"], number, moment, body["content"], model
        )
        after = last_sequence(connection, session_topic(FRAMES, session_id))
        message = ("user", {"type": "user", "content": body["content"]})
        start = {"sessionId": session_id, "traceId": origin.trace_id}
        append_to_session(connection, row, MESSAGES, [message], moment)
        append_to_session(connection, row, FRAMES, [("session_start", start)], moment)
        add_turn(connection, row, number, origin.trace_id, moment)
        begun = {"turns": number, "turn_after": after, "is_in_turn": True, "last_active_at": isoformat(moment)}
        update_session(connection, session_id, **begun)
        return TurnSummary(origin), after

    def follow(self, principal: Principal, session_id: str, after: int | None = None) -> Follow:
        """Return the events of the last turn, or those behind a number."""
        with self._database.read() as connection:
            row = read_session(connection, principal.tenant_id, session_id)
        if row["server_id"] is not None and not self.servers.owns(row):
            self._upkeep.start()  # ends the turn, if that server ends
        return follow_turn(row, row["turn_after"] if after is None else after)

    def pause(self, principal: Principal, session_id: str) -> Row:
        """Pause an active session; its process waits."""
        with self._locked(session_id):
            row = self._read(principal, session_id)
            _check_active(row)
            _check_between_turns(row, "pause it")
            archive = saved_archive(self._running(row))
            return self._changed(row, {"action": "paused"}, archive, status="paused")

    def resume(self, principal: Principal, session_id: str) -> Row:
        """Make a session active again; without its sandbox, in a new one with its files and history."""
        with self._locked(session_id):
            row = self._read(principal, session_id)
            if row["status"] == "ended":
                raise RefusedError(_GONE, f"the session {session_id} has ended; fork it, or create another one")
            live = self._live.get(session_id)
            if live is not None and live.is_alive:
                if row["status"] == "active":
                    return row
                if row["status"] == "paused":
                    live.active_at = self._now()
                    self._resumed.warm += 1
                    return self._changed(row, {"action": "resumed", "path": "warm"}, status="active")
            with self._database.read() as connection:
                archive = read_workspace(connection, session_id)
            if archive is None:
                raise RefusedError(_GONE, f"the workspace of the session {session_id} was too large to be saved")
            live = self._start(row, principal.user_id, archive)
            live.write(resume_line(row["turns"]))
            here: dict[str, Any] = {"sandbox_id": live.platform_sandbox.id, "server_id": self.servers.id}
            with self._ends_on_error(live):
                self._resumed.cold += 1
                row = self._changed(row, {"action": "resumed", "path": "cold"}, status="active", **here)
            self._follow(live)
            return row

    def stop(self, principal: Principal, session_id: str, *, ends: bool = False) -> Row:
        """End the process of a session: stopped, it can be resumed; ended, it cannot. A turn in progress is cut off."""
        with self._locked(session_id):
            row = self._read(principal, session_id)
            status = "ended" if ends else "stopped"
            if row["status"] == status and ends:
                return row
            if not ends:
                _check_active(row)
            live, archive, summary = self._live.pop(session_id, None), None, None
            if live is not None and live.is_alive:
                archive, summary = None if live.turn else saved_archive(live), live.summary
                live.end()
            if row["is_in_turn"]:
                with self._database.write() as connection:
                    reason = f"the session was {status} during the turn"
                    kinds = self._endings.cut_off(connection, row, reason, summary, "interrupted")
                self._wake(kinds)
            return self._changed(row, {"action": status}, archive, status=status, is_in_turn=False, server_id=None)

    def fork(self, principal: Principal, session_id: str, after: str | None = None) -> Row:
        """Return a new session, paused, with the files and messages of another one.

        Args:
            principal: Who asks for it.
            session_id: The other one.
            after: The id of a message, at the end of whose turn it is forked; None for the last turn.
        """
        with self._database.write() as connection:
            row = read_session(connection, principal.tenant_id, session_id, locks=True)
            return fork_session(connection, row, self._now(), after)

    def interrupt(self, principal: Principal, session_id: str) -> tuple[Row, bool]:
        """End the turn in progress, and return the session, and whether there was one.

        The agent is asked to end it, and started again if it does not.
        """
        with self._locked(session_id):
            row = self._read(principal, session_id)
            _check_active(row)
            if not row["is_in_turn"]:
                return row, False
            live = self._running(row)
            number = live.turn
        self._interrupter.interrupt(live, number, "the turn was interrupted")
        return self._read(principal, session_id), True

    def await_turn(self, session_id: str, number: int, given_up: threading.Event) -> None:
        """Wait until a turn that this server has begun is over, it has ended its process, or the wait is given up."""
        live = self._live.get(session_id)
        if live is not None:
            self._interrupter.await_turn(live, number, given_up)

    def running(self, principal: Principal, session_id: str) -> LiveSession:
        """Return an active session with its sandbox.

        Raises:
            BadRequestError: It is not active.
            RefusedError: Its process has ended, or is on another server.
        """
        row = self._read(principal, session_id)
        _check_active(row)
        live = self._running(row)
        live.active_at = self._now()
        return live

    def load(self) -> dict[str, Any]:
        """Return how many sessions run, in the fields of the Ash wire; without the database."""
        live = tuple(self._live.values())
        return load_of(live, self._sandboxes, self._resumed, time.monotonic() - self._opened_at)

    def close(self) -> None:
        """Store nothing more: the sandboxes end with the platform.

        On a shared database the sessions are paused now, else when it is opened again.
        """
        self._upkeep.stop()
        live = [*self._live.values()]
        for one in live:
            one.end()
        if live and self._database.is_shared:
            with suppress(AshrLabsError, SQLAlchemyError):  # another server pauses them when the lease has ended
                self.servers.leave()

    def tidy(self) -> None:
        """Pause sessions that were not used for a while, end turns that take too long, and look after other servers."""
        if self._database.is_shared:
            self.servers.record()
            self.servers.pause_lost()
            own = self.servers.own_sessions()
            for live in [*self._live.values()]:
                if live.id not in own and live.is_stored:  # another server has paused it meanwhile
                    live.end()
        moment = self._now()
        for live in [*self._live.values()]:
            if not live.is_alive:
                self._live.pop(live.id, None)
            elif live.summary is not None:
                if moment - live.summary.origin.begun > self._settings.turn_seconds:
                    reason = f"the turn took longer than {self._settings.turn_seconds:g} seconds"
                    start_daemon(partial(self._interrupter.interrupt, live, live.turn, reason), "ashr-labs-limit")
            elif moment - live.active_at > self._settings.session_idle:
                self._retire(live, "idle")

    def _retire(self, live: LiveSession, reason: str) -> None:
        """End the process of a session that is not in a turn, which is paused then."""
        with self._locked(live.id):
            with self._database.read() as connection:
                row = read_session(connection, live.tenant_id, live.id)
            if row["is_in_turn"] or not live.is_alive or not self.servers.owns(row):
                return
            is_active = row["status"] == "active"
            archive = saved_archive(live) if is_active else None
            self._live.pop(live.id, None)
            live.end()
            self._changed(row, {"action": "paused", "reason": reason}, archive, status="paused", server_id=None)

    @contextmanager
    def _ends_on_error(self, live: LiveSession) -> Generator[None]:
        """End a process whose session cannot be stored."""
        try:
            yield
        except BaseException:
            self._live.pop(live.id, None)
            live.end()
            raise

    def _follow(self, live: LiveSession) -> None:
        """Store what a process prints from now on."""
        live.is_stored = True
        start_daemon(partial(self._recorder.follow, live), "ashr-labs-session")

    def _start(self, row: Row, user_id: int, archive: bytes) -> LiveSession:
        self.servers.record()
        self._upkeep.start()
        try:
            live = self._starter.start(row, user_id, archive)
        except RefusedError as error:
            if error.status != _AT_CAPACITY or not self._evict():
                raise
            live = self._starter.start(row, user_id, archive)
        live.active_at = self._now()
        self._live[row["id"]] = live
        return live

    def _evict(self) -> bool:
        """End the process of the session that was paused first, and return True if there is one."""
        with self._database.read() as connection:
            paused = paused_sessions(connection, self.servers.id)
        live = next((live for one in paused if (live := self._live.get(one)) is not None and live.is_alive), None)
        if live is None:
            return False
        self._retire(live, "another session needed its place")
        return True

    def _running(self, row: Row) -> LiveSession:
        live = self._live.get(row["id"])
        if live is None or not live.is_alive:
            raise RefusedError(500, f"the sandbox of the session {row['id']} is gone; resume the session")
        return live

    def _read(self, principal: Principal, session_id: str) -> Row:
        """Return a session that is not with another server.

        Raises:
            RefusedError: It is (421).
        """
        with self._database.read() as connection:
            row = read_session(connection, principal.tenant_id, session_id)
        if not self.servers.take_over(row):
            return row
        with self._database.read() as connection:
            return read_session(connection, principal.tenant_id, session_id)

    def _changed(self, row: Row, event: Mapping[str, Any], archive: bytes | None = None, **values: Any) -> Row:
        """Change a session, save its workspace, note it, and return it."""
        moment = self._now()
        values["last_active_at"] = isoformat(moment)
        with self._database.write() as connection:
            update_session(connection, row["id"], **values)
            if archive is not None:
                save_workspace(connection, row["id"], archive, moment)
            log_lifecycle(connection, row, event, moment)
        return {**row, **values}


def _check_active(row: Row) -> None:
    if row["status"] != "active":
        advice = "create another one" if row["status"] == "ended" else "resume it first"
        raise BadRequestError(f"the session {row['id']} has the status `{row['status']}`; {advice}")


def _check_between_turns(row: Row, then: str) -> None:
    if row["is_in_turn"]:
        raise ConflictError(f"the session {row['id']} is in a turn; {then} when it has ended")
