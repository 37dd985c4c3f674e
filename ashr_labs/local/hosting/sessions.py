"""The sessions of a platform: create, send, pause, resume, stop, end, fork."""

from __future__ import annotations

import threading
import uuid
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from ..._threads import start_daemon
from ..._time import isoformat
from ...errors import BadRequestError, ConflictError, ValidationError
from ..failures import RefusedError
from ..sandbox.errors import SandboxError
from ..store.event_log import Event, last_sequence, read_events
from ..store.hosting_rows import (
    FRAMES,
    MESSAGES,
    add_session,
    append_to_session,
    copy_messages,
    read_session,
    read_workspace,
    session_topic,
    update_session,
)
from ..store.raw_json import decode, encode
from ..streams import Batch, Follow
from .launching import launch_of, start_process
from .lines import query_line
from .live import LiveSession, boot_session, create_sandbox, merged_files
from .manifest import Manifest
from .recording import Recorder, end_turn, log_lifecycle, saved_workspace
from .workspaces import SessionFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from sqlalchemy import Connection

    from ..keys import Principal
    from ..sandboxes import Sandboxes
    from ..sealing import Sealing
    from ..settings import Settings
    from ..store.engine import Database

__all__ = ["Hosting"]

_GONE = 410
_SEALED = "sealedEnv"
Row = dict[str, Any]


class Hosting:
    """The sessions of one database; their processes belong to this process.

    Args:
        database: Has the sessions.
        sandboxes: Makes their sandboxes.
        sealing: Encrypts their variables, which are stored because they are applied whenever a process starts.
        settings: Those of the platform.
        now: The clock, in seconds since the epoch.
    """

    def __init__(
        self,
        database: Database,
        sandboxes: Sandboxes,
        sealing: Sealing,
        settings: Settings,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._settings = settings
        self._sandboxes = sandboxes
        self._sealing = sealing
        self._now = now
        self._live: dict[str, LiveSession] = {}
        self._locks: dict[str, threading.RLock] = {}
        self._changing = threading.Lock()
        self._recorder = Recorder(database, self._locked, now)
        self.files = SessionFiles(database, sandboxes, self._live, self._locked, now)
        """The files of the sessions."""

    def create(
        self, principal: Principal, agent: Mapping[Any, Any], manifest: Manifest, config: Mapping[str, Any]
    ) -> Row:
        """Create a session of an agent, and return it when its process runs.

        Raises:
            RefusedError: It cannot run here (501), or there are too many sandboxes (503).
            ValidationError: Its process cannot be started.
        """
        if self._database.is_shared:
            raise RefusedError(501, "sessions need a platform with a database file, or in memory")
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
            "config": {**self._sealed(config), "manifest": manifest.record()},
            "turns": 0,
            "turn_after": 0,
            "is_in_turn": False,
        }
        with self._locked(row["id"]):
            live = self._start(row, principal.user_id, agent["bundle"], merged_files(config))
            row["sandbox_id"] = live.platform_sandbox.id
            saved = saved_workspace(live)
            with self._database.write() as connection:
                add_session(connection, {**row, **saved})
                created = {"action": "created", "agentName": row["agent_name"], "model": config.get("model")}
                log_lifecycle(connection, row, created, self._now())
            start_daemon(partial(self._recorder.follow, live), "ashr-labs-session")
        return row

    def send(self, principal: Principal, session_id: str, body: Mapping[str, Any]) -> Follow:
        """Begin a turn, and return its events.

        Raises:
            BadRequestError: The session is not active.
            ConflictError: It is in a turn.
            RefusedError: Its process has ended.
        """
        with self._locked(session_id):
            with self._database.write() as connection:
                row = read_session(connection, principal.tenant_id, session_id, locks=True)
                _check_active(row)
                if row["is_in_turn"]:
                    raise ConflictError(f"the session {session_id} is in a turn; send the message when it has ended")
                live = self._running(row)
                turn = row["turns"] + 1
                after = last_sequence(connection, session_topic(FRAMES, session_id))
                message = ("user", {"type": "user", "content": body["content"]})
                append_to_session(connection, row, MESSAGES, [message], self._now())
                append_to_session(connection, row, FRAMES, [("session_start", {"sessionId": session_id})], self._now())
                begun = {"turns": turn, "turn_after": after, "is_in_turn": True}
                update_session(connection, session_id, last_active_at=isoformat(self._now()), **begun)
            live.turn = turn
            line = query_line(turn, body, _options(row["config"], session_id))
            # In a thread: a process that does not read its input must not hold up this request.
            start_daemon(partial(_write, live, line), "ashr-labs-query")
        return self.follow(principal, session_id, after)

    def follow(self, principal: Principal, session_id: str, after: int | None = None) -> Follow:
        """Return the events of the last turn, or those behind a number."""
        with self._database.read() as connection:
            row = read_session(connection, principal.tenant_id, session_id)
        read = partial(_read_turn, principal.tenant_id, session_id)
        return Follow(session_topic(FRAMES, session_id), read, row["turn_after"] if after is None else after)

    def pause(self, principal: Principal, session_id: str) -> Row:
        """Pause an active session; its process waits."""
        with self._locked(session_id):
            row = self._read(principal, session_id)
            _check_active(row)
            if row["is_in_turn"]:
                raise ConflictError(f"the session {session_id} is in a turn; pause it when the turn has ended")
            return self._changed(row, {"action": "paused"}, status="paused", **saved_workspace(self._running(row)))

    def resume(self, principal: Principal, session_id: str) -> Row:
        """Make a session active again; without its sandbox, in a new one with its files and history."""
        with self._locked(session_id):
            row = self._read(principal, session_id)
            if row["status"] == "ended":
                raise RefusedError(_GONE, f"the session {session_id} has ended; fork it, or create another one")
            live = self._live.get(session_id)
            if row["status"] == "active" and live is not None and live.is_alive:
                return row
            if live is not None and live.is_alive and row["status"] == "paused":
                return self._changed(row, {"action": "resumed", "path": "warm"}, status="active")
            with self._database.read() as connection:
                archive = read_workspace(connection, session_id)
            if archive is None:
                raise RefusedError(_GONE, f"the workspace of the session {session_id} was too large to be saved")
            live = self._start(row, principal.user_id, archive, {})
            _write(live, encode({"id": 0, "command": "resume", "turns": row["turns"]}).encode() + b"\n")
            start_daemon(partial(self._recorder.follow, live), "ashr-labs-session")
            resumed = {"action": "resumed", "path": "cold"}
            return self._changed(row, resumed, status="active", sandbox_id=live.platform_sandbox.id)

    def stop(self, principal: Principal, session_id: str, *, ends: bool = False) -> Row:
        """End the process of a session: stopped, it can be resumed; ended, it cannot. A turn in progress is cut off."""
        with self._locked(session_id):
            row = self._read(principal, session_id)
            status = "ended" if ends else "stopped"
            if row["status"] == status and ends:
                return row
            if not ends:
                _check_active(row)
            live = self._live.pop(session_id, None)
            saved: dict[str, Any] = {}
            if live is not None and live.is_alive:
                saved = {} if live.turn else saved_workspace(live)
                live.end()
            if row["is_in_turn"]:
                with self._database.write() as connection:
                    end_turn(connection, row, f"the session was {status} during the turn", self._now())
            return self._changed(row, {"action": status}, status=status, **saved)

    def fork(self, principal: Principal, session_id: str) -> Row:
        """Return a new session, paused, with the files and messages of another one as of its last turn."""
        with self._locked(session_id), self._database.write() as connection:
            row = read_session(connection, principal.tenant_id, session_id, locks=True)
            if row["is_in_turn"]:
                raise ConflictError(f"the session {session_id} is in a turn; fork it when the turn has ended")
            timestamp = isoformat(self._now())
            times = {"created_at": timestamp, "last_active_at": timestamp}
            fork: Row = {**row, **times, "id": str(uuid.uuid4()), "status": "paused", "parent_id": session_id}
            fork["sandbox_id"], fork["turn_after"] = "", 0
            add_session(connection, {**fork, "workspace": read_workspace(connection, session_id)})
            copy_messages(connection, session_id, fork["id"])
            log_lifecycle(connection, fork, {"action": "forked", "parentSessionId": session_id}, self._now())
            return fork

    def running(self, principal: Principal, session_id: str) -> LiveSession:
        """Return an active session with its sandbox.

        Raises:
            BadRequestError: It is not active.
        """
        row = self._read(principal, session_id)
        _check_active(row)
        return self._running(row)

    def close(self) -> None:
        """Store nothing more: the sandboxes end with the platform, and opening it again pauses the sessions."""
        for live in [*self._live.values()]:
            live.end()

    def _start(self, row: Row, user_id: int, archive: bytes, files: Mapping[str, bytes]) -> LiveSession:
        config = row["config"]
        environment = {"ASH_SESSION_ID": row["id"], "ASH_PERMISSION_MODE": config.get("permissionMode", "default")}
        secrets: dict[str, str] = decode(self._sealing.unseal(config[_SEALED])) if _SEALED in config else {}
        launch = launch_of(_manifest(config), config.get("model"), secrets, self._settings)
        boot = boot_session(environment, secrets, archive, files, launch)
        sandbox = create_sandbox(self._sandboxes, row, user_id, boot)
        try:
            process = start_process(sandbox.ready().sandbox, launch)
        except BaseException as error:
            sandbox.destroy()
            if isinstance(error, SandboxError):
                raise ValidationError(f"the agent cannot be started: {error.message}") from error
            raise
        self._live[row["id"]] = live = LiveSession(row["id"], row["tenant_id"], sandbox, process)
        return live

    def _sealed(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return the configuration to store, with its environment variables encrypted."""
        kept = {name: value for name, value in config.items() if name != "extraEnv"}
        return {**kept, _SEALED: self._sealing.seal(encode(config["extraEnv"]))} if config.get("extraEnv") else kept

    def _running(self, row: Row) -> LiveSession:
        live = self._live.get(row["id"])
        if live is None or not live.is_alive:
            raise RefusedError(500, f"the sandbox of the session {row['id']} is gone; resume the session")
        return live

    def _read(self, principal: Principal, session_id: str) -> Row:
        with self._database.read() as connection:
            return read_session(connection, principal.tenant_id, session_id)

    def _changed(self, row: Row, event: Mapping[str, Any], **values: Any) -> Row:
        """Change a session, note it, and return it."""
        values["last_active_at"] = isoformat(self._now())
        with self._database.write() as connection:
            update_session(connection, row["id"], **values)
            log_lifecycle(connection, row, event, self._now())
        return {**row, **values}

    @contextmanager
    def _locked(self, session_id: str) -> Generator[None]:
        with self._changing:
            lock = self._locks.setdefault(session_id, threading.RLock())
        with lock:
            yield


def _check_active(row: Row) -> None:
    if row["status"] != "active":
        advice = "create another one" if row["status"] == "ended" else "resume it first"
        raise BadRequestError(f"the session {row['id']} has the status `{row['status']}`; {advice}")


def _manifest(config: Mapping[str, Any]) -> Manifest:
    """Return the manifest of a session's agent; sessions of earlier releases have its command only."""
    if "manifest" in config:
        return Manifest.from_record(config["manifest"])
    return Manifest(tuple(config["command"]))


def _options(config: Mapping[str, Any], session_id: str) -> dict[str, Any]:
    """Return the session configuration that a process receives with each message."""
    hidden = {_SEALED, "command", "manifest"}
    return {**{name: value for name, value in config.items() if name not in hidden}, "sessionId": session_id}


def _write(live: LiveSession, line: bytes) -> None:
    with suppress(SandboxError):  # the reader of its output notes that it has ended
        live.process.write(line)


def _read_turn(tenant_id: int, session_id: str, connection: Connection, after: int) -> Batch:
    """Return the next events of a turn, up to its end."""
    found = read_events(connection, session_topic(FRAMES, session_id), after)
    for number, event in enumerate(found, 1):
        if event.type == "done":
            return Batch(found[:number], is_last=True)
    if found or read_session(connection, tenant_id, session_id)["is_in_turn"]:
        return Batch(found)
    return Batch([Event(max(after, 1), "done", encode({"sessionId": session_id}))], is_last=True)
