"""The first process of a sandbox: takes requests from the engine, and ends everything when the engine is gone.

It is never traced or killed by what it starts: it is the first process of its namespace, which gets no signal from
within, and its memory cannot be read or written by others. When it ends, the kernel ends all processes of the
namespace.
"""

from __future__ import annotations

import _socket
import os
import sys

from . import processes
from .commands import TIMED_OUT, Command
from .files import FileError, Upload, Workspace
from .listening import Listener
from .loop import Connection, Loop
from .wire import DATA, REQUEST, WireError, unpack, unpack_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["READY", "main"]

READY = b"+"
"""Sent by the supervisor when it takes requests."""
_SOCKET_OF_REQUEST = 4
"""Bytes of a descriptor in an ancillary message."""
_MAX_REQUESTS = 128
_OPEN_FILES_PER_REQUEST = 6
_ORPHANS_SECONDS = 0.005


class Supervisor:
    """The requests, commands and files of one sandbox.

    Args:
        control: The socket on which the engine passes a socket for each request.
        workspace: The folder whose files it reads and writes.
    """

    def __init__(self, control: _socket.socket, workspace: str) -> None:
        self._control = control
        self._loop = Loop()
        self._workspace = Workspace(workspace)
        self._root = os.fsencode(workspace)
        self._environment: dict[bytes, bytes] = {}
        self._limits: dict[str, int] = {}
        self._commands: dict[int, Command] = {}
        self._connections: list[Connection] = []
        open_files = processes.raise_open_files(_MAX_REQUESTS * _OPEN_FILES_PER_REQUEST)
        self._max_requests = min(_MAX_REQUESTS, open_files // _OPEN_FILES_PER_REQUEST)
        self._operations: dict[str, Callable[[Connection, dict[str, bytes]], None]] = {
            "configure": self._configure,
            "run": self._run,
            "read": self._read,
            "write": self._write,
            "delete": self._delete,
            "list": self._list,
            "listen": self._listen,
        }
        self._loop.watch(control.fileno(), lambda _read, _write: self._accept(), read=True, write=False)

    def serve(self) -> None:
        """Handle requests until the engine is gone."""
        while True:
            self._loop.run_once()
            self._reap()

    def _accept(self) -> None:
        """Take the socket of a request."""
        try:
            data, ancillary, _, _ = self._control.recvmsg(1, _socket.CMSG_SPACE(_SOCKET_OF_REQUEST))
        except OSError:
            data, ancillary = b"", []
        if not data:
            self._end(0)
        for _, _, content in ancillary:
            descriptor = int.from_bytes(content[:_SOCKET_OF_REQUEST], sys.byteorder)
            self._connections = [one for one in self._connections if not one.is_closed]
            connection = Connection(self._loop, descriptor, self._requested)
            finished = sum(command.is_answered for command in self._commands.values())
            if len(self._connections) + finished >= self._max_requests:
                connection.on_frame = _ignore
                connection.fail("busy", f"the sandbox has {self._max_requests} open requests and background processes")
            self._connections.append(connection)

    def _requested(self, connection: Connection, kind: bytes, payload: bytes) -> None:
        connection.on_frame = _ignore
        try:
            if kind != REQUEST:
                raise WireError("a request does not begin with its mapping")
            options = unpack_map(payload)
            self._operations[options["operation"].decode()](connection, options)
        except FileError as error:
            connection.fail(error.code, str(error))
        except OSError as error:
            connection.fail("resources", f"{error.strerror}")

    def _configure(self, connection: Connection, options: dict[str, bytes]) -> None:
        """Take the variables and limits of all commands, and the time after which everything ends."""
        processes.protect()
        variables = unpack(options["environment"])
        self._environment = dict(zip(variables[::2], variables[1::2], strict=True))
        self._limits = {name: int(value) for name, value in unpack_map(options["limits"]).items()}
        if "lifetime" in options:
            self._loop.call_after(float(options["lifetime"]), lambda: self._end(TIMED_OUT))
        connection.finish({})

    def _run(self, connection: Connection, options: dict[str, bytes]) -> None:
        variables = unpack(options["environment"])
        environment = self._environment | dict(zip(variables[::2], variables[1::2], strict=True))
        folder = self._root + b"/" + options["cwd"]
        program = processes.Program(unpack(options["argv"]), environment, folder, self._limits)
        limit = int(options["limit"]) if "limit" in options else None
        timeout = float(options["timeout"]) if "timeout" in options else None
        command = Command(self._loop, connection, program, limit=limit, timeout=timeout)
        self._commands[command.reaper] = command

    def _read(self, connection: Connection, options: dict[str, bytes]) -> None:
        steps = self._workspace.read(options["path"], int(options["limit"]), connection)
        self._loop.do(connection, _guarded(connection, steps))

    def _write(self, connection: Connection, options: dict[str, bytes]) -> None:
        mode = int(options["mode"]) if "mode" in options else None
        upload = self._workspace.upload(options["path"], mode)
        connection.on_close = upload.close

        def receive(_connection: Connection, kind: bytes, payload: bytes) -> None:
            if kind == DATA:
                _take(connection, upload, payload)

        connection.on_frame = receive

    def _delete(self, connection: Connection, options: dict[str, bytes]) -> None:
        self._workspace.delete(options["path"])
        connection.finish({})

    def _list(self, connection: Connection, _options: dict[str, bytes]) -> None:
        self._loop.do(connection, _guarded(connection, self._workspace.list(connection)))

    def _listen(self, connection: Connection, options: dict[str, bytes]) -> None:
        Listener(self._loop, connection, int(options["port"]))

    def _end(self, code: int) -> None:
        """End everything; the kernel does it for the first process of a namespace."""
        if os.getpid() != 1:
            while below := processes.descendants(os.getpid(), processes.parents()):
                processes.kill(below)
                processes.reap()
        os._exit(code)

    def _reap(self) -> None:
        """Take note of processes that have ended; if a reaper was killed, kill what was below it."""
        for pid, status in processes.reap().items():
            command = self._commands.pop(pid, None)
            if command is None:
                continue
            if status:
                self._end_orphans()
            command.ended()

    def _end_orphans(self) -> None:
        if processes.kill_orphans(set(self._commands)):
            self._loop.call_after(_ORPHANS_SECONDS, self._end_orphans)


def main(control: str, workspace: str) -> None:
    """Serve requests from the control socket, whose other end the engine holds, until that is closed.

    Args:
        control: The number of its descriptor.
        workspace: The folder in which commands run.
    """
    connected = _socket.socket(fileno=int(control))
    supervisor = Supervisor(connected, workspace)
    connected.send(READY)
    supervisor.serve()


def _guarded(connection: Connection, steps: Iterator[None]) -> Iterator[None]:
    """Do the steps; what goes wrong is the response."""
    try:
        yield from steps
    except FileError as error:
        connection.fail(error.code, str(error))
    except OSError as error:
        connection.fail("failed", f"{error.strerror}")


def _take(connection: Connection, upload: Upload, data: bytes) -> None:
    """Write a part of an upload; no bytes complete it."""
    try:
        if data:
            upload.write(data)
            return
        upload.commit()
    except FileError as error:
        connection.fail(error.code, str(error))
    else:
        connection.finish({})
    upload.close()


def _ignore(_connection: Connection, _kind: bytes, _payload: bytes) -> None:
    pass
