"""A sandbox whose requests a supervisor inside of it handles."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..._forks import CAN_FORK
from ...errors import ConfigurationError
from .channel import Channel, entries, mapping
from .errors import SandboxError, SandboxGoneError
from .inside.commands import TIMED_OUT
from .inside.wire import CHUNK, DATA, RESULT, SIGNAL, STDERR, STDIN, STDOUT, pack
from .paths import workspace_path
from .protocol import MIB, CommandResult, FileEntry, Listing

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["SupervisedProcess", "SupervisedSandbox", "environment_items"]

_SECONDS_TO_KILL = 15.0
"""How long a command that ran out of time may take to end."""
_FILE_SECONDS = 60.0
_END_SECONDS = 5.0
_MOMENT = 0.5
_MAX_CONNECTIONS = 64
"""Connections of one port that are handled at the same time; others wait."""
_STREAMS = {STDOUT: "stdout", STDERR: "stderr"}


@dataclass(frozen=True, slots=True)
class Started:
    """A supervisor that takes requests."""

    process: subprocess.Popen[bytes]
    """The process whose end is the end of the sandbox."""
    control: socket.socket
    """The socket to the supervisor; closing it ends the sandbox."""
    supervisor: int
    """A descriptor of the supervisor's process."""


class SupervisedSandbox:
    """A sandbox that a supervisor serves.

    Args:
        id: Its name.
        engine: The name of its engine.
        workspace: Where commands see the workspace.
        in_force: What is isolated and limited.
        started: Its supervisor.
        on_end: Called once after all of its processes have ended.
    """

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 - the name of the attribute
        engine: str,
        workspace: str,
        in_force: Mapping[str, str],
        started: Started,
        on_end: Callable[[SupervisedSandbox], None],
    ) -> None:
        self.id = id
        self.engine = engine
        self.workspace = workspace
        self.in_force = in_force
        self._process = started.process
        self._control = started.control
        self._supervisor = started.supervisor
        self._on_end = on_end
        self._ending = threading.Lock()
        self._is_destroyed = False
        self._listening: list[tuple[Channel, threading.Thread]] = []
        _ALL.add(self)

    def __repr__(self) -> str:
        return f"<SupervisedSandbox {self.id} of {self.engine}{'' if self.is_alive else ', ended'}>"

    @property
    def is_alive(self) -> bool:
        """Whether it takes requests."""
        return not self._is_destroyed and self._process.poll() is None

    def exec(
        self,
        command: str | Sequence[str],
        *,
        timeout: float | None = None,
        environment: Mapping[str, str] | None = None,
        cwd: str = "",
        stdin: bytes = b"",
        output_limit: int = MIB,
    ) -> CommandResult:
        """Run a command, and return how it ended."""
        options = self._program(command, environment, cwd) | {"limit": b"%d" % output_limit}
        if timeout is not None:
            options["timeout"] = b"%f" % timeout
        started = time.monotonic()
        printed: dict[bytes, list[bytes]] = {STDOUT: [], STDERR: []}
        with self._request(options, timeout=None if timeout is None else timeout + _SECONDS_TO_KILL) as channel:
            feeder = _feed(channel, stdin)
            while (received := channel.receive())[0] in printed:
                printed[received[0]].append(received[1])
        if feeder is not None:
            feeder.join()
        return _command_result(mapping(received[1]), printed, time.monotonic() - started)

    def spawn(
        self, command: str | Sequence[str], *, environment: Mapping[str, str] | None = None, cwd: str = ""
    ) -> SupervisedProcess:
        """Start a program, and return it while it runs."""
        return SupervisedProcess(self._request(self._program(command, environment, cwd)))

    def read(self, path: str, *, limit: int = 64 * MIB) -> bytes:
        """Return the content of a file."""
        options = {"operation": b"read", "path": self._path(path), "limit": b"%d" % limit}
        parts: list[bytes] = []
        with self._request(options, timeout=_FILE_SECONDS) as channel:
            while (received := channel.receive())[0] == DATA:
                parts.append(received[1])
        return b"".join(parts)

    def write(self, path: str, content: bytes, *, mode: int | None = None) -> None:
        """Write a file at once or not at all; missing folders are made."""
        options = {"operation": b"write", "path": self._path(path)}
        if mode is not None:
            options["mode"] = b"%d" % (mode & 0o777)
        with self._request(options, timeout=_FILE_SECONDS) as channel:
            with suppress(SandboxGoneError):  # the answer may be an error that comes before the end
                for start in range(0, len(content), CHUNK):
                    channel.send(DATA, content[start : start + CHUNK])
                channel.send(DATA)
            channel.result()

    def delete(self, path: str) -> None:
        """Remove a file, or a link itself."""
        with self._request({"operation": b"delete", "path": self._path(path)}, timeout=_FILE_SECONDS) as channel:
            channel.result()

    def list(self) -> Listing:
        """Return all entries of the workspace with their checksums."""
        found: list[FileEntry] = []
        with self._request({"operation": b"list"}, timeout=_FILE_SECONDS) as channel:
            while (received := channel.receive())[0] == DATA:
                found += entries(received[1])
        counts = mapping(received[1])
        found.sort(key=lambda entry: entry.path)
        return Listing(tuple(found), int(counts["unreadable"]), int(counts["too_deep"]))

    def forget(self) -> None:
        """Close a forked child's copy of the socket, which would keep the sandbox alive after this process."""
        self._control.close()

    def listen(self, port: int, handle: Callable[[socket.socket], None]) -> int:
        """Handle the connections to a port of the sandbox's loopback, each in a thread, until the sandbox ends.

        Args:
            port: The port; 0 takes one that is free.
            handle: Answers and closes a connection.

        Returns:
            The port.

        Raises:
            SandboxError: The port is in use.
        """
        channel = self._request({"operation": b"listen", "port": b"%d" % port})
        try:
            used = int(channel.receive()[1])
        except SandboxError:
            channel.close()
            raise
        serving = threading.Thread(target=_serve, args=(channel, handle), name=f"{self.id}-port-{port}", daemon=True)
        serving.start()
        self._listening.append((channel, serving))
        return used

    def configure(self, options: Mapping[str, bytes]) -> None:
        """Set what all commands have in common; called once, before any of them."""
        with self._request({"operation": b"configure", **options}, timeout=_FILE_SECONDS) as channel:
            channel.result()

    def destroy(self) -> None:
        """End all of its processes and remove its files; nothing happens if it has ended."""
        with self._ending:
            if self._is_destroyed:
                return
            self._is_destroyed = True
            _ALL.discard(self)
            self._control.close()
            try:
                self._process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                signal.pidfd_send_signal(self._supervisor, signal.SIGKILL)
                self._process.wait()
            os.close(self._supervisor)
            if self._process.stderr is not None:
                self._process.stderr.close()
            for channel, serving in self._listening:
                channel.close()
                serving.join(_END_SECONDS)
            self._on_end(self)

    def _request(self, options: Mapping[str, bytes], *, timeout: float | None = None) -> Channel:
        return Channel(self._control, options, fate=self._fate, timeout=timeout)

    def _fate(self) -> str:
        """Return why it takes no requests."""
        if self._is_destroyed:
            return f"{self.id} was destroyed"
        try:
            code = self._process.wait(_MOMENT)
        except subprocess.TimeoutExpired:
            return f"{self.id} has lost a request"
        return f"{self.id} has ended{': its lifetime is over' if code == TIMED_OUT else f' unexpectedly ({code})'}"

    def _program(
        self, command: str | Sequence[str], environment: Mapping[str, str] | None, cwd: str
    ) -> dict[str, bytes]:
        argv = ["/bin/sh", "-c", command] if isinstance(command, str) else list(command)
        if not argv or any("\0" in part for part in argv):
            raise ConfigurationError("`command` must be a program and its arguments, without NUL characters")
        folder = b"" if cwd in {"", ".", self.workspace} else workspace_path(cwd, workspace=self.workspace)
        return {
            "operation": b"run",
            "argv": pack(os.fsencode(part) for part in argv),
            "environment": pack(environment_items(environment or {})),
            "cwd": folder,
        }

    def _path(self, path: str) -> bytes:
        return workspace_path(path, workspace=self.workspace)


_ALL: set[SupervisedSandbox] = set()
"""Those of this process that have not been destroyed."""


def _forget_all() -> None:
    for sandbox in tuple(_ALL):
        sandbox.forget()
    _ALL.clear()


if CAN_FORK:
    os.register_at_fork(after_in_child=_forget_all)


class SupervisedProcess:
    """A program that runs in a sandbox, with its streams."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._exit_code: int | None = None
        self._sending = threading.Lock()

    def close(self) -> None:
        """Kill the program, if it runs, without waiting for its end."""
        self._channel.close()

    def write(self, data: bytes) -> None:
        """Send bytes to its standard input; waits while it does not read. After its end they are dropped."""
        with self._sending, suppress(SandboxGoneError):
            for start in range(0, len(data), CHUNK):
                self._channel.send(STDIN, data[start : start + CHUNK])

    def close_stdin(self) -> None:
        """End its standard input."""
        with self._sending, suppress(SandboxGoneError):
            self._channel.send(STDIN)

    def output(self) -> Iterator[tuple[str, bytes]]:
        """Yield `stdout` or `stderr` and bytes, as they are printed, until the program ends."""
        while self._exit_code is None:
            try:
                kind, payload = self._channel.receive()
                if kind == RESULT:
                    self._exit_code = _number(mapping(payload), "exit_code")
                    self._channel.close()
            except SandboxError:
                self._channel.close()
                raise
            if kind in _STREAMS:
                yield _STREAMS[kind], payload

    def signal(self, number: int) -> None:
        """Send a signal to it and its descendants."""
        with self._sending, suppress(SandboxGoneError):
            self._channel.send(SIGNAL, b"%d" % number)

    def kill(self) -> None:
        """Kill it and all of its descendants."""
        if self._exit_code is None:
            self.signal(signal.SIGKILL)

    def wait(self) -> int:
        """Return its exit code when it has ended; output that was not taken is dropped."""
        for _ in self.output():
            pass
        if self._exit_code is None:
            raise AssertionError  # the loop ends with an exit code, or raises
        return self._exit_code


def environment_items(environment: Mapping[str, str]) -> Iterator[bytes]:
    """Yield names and values in turn.

    Raises:
        ConfigurationError: A name or value is not allowed in an environment; the message has no value.
    """
    for name, value in environment.items():
        if not name or "=" in name or "\0" in name:
            raise ConfigurationError(f"the name of a variable must not be empty or have '=' or NUL, got {name!r}")
        if "\0" in value:
            raise ConfigurationError(f"the variable {name} must not have NUL characters")
        yield os.fsencode(name)
        yield os.fsencode(str(value))


def _serve(channel: Channel, handle: Callable[[socket.socket], None]) -> None:
    places = threading.BoundedSemaphore(_MAX_CONNECTIONS)

    def handle_one(accepted: socket.socket) -> None:
        try:
            handle(accepted)
        finally:
            places.release()

    while (accepted := channel.receive_socket()) is not None:
        places.acquire()
        threading.Thread(target=handle_one, args=(accepted,), daemon=True).start()


def _feed(channel: Channel, stdin: bytes) -> threading.Thread | None:
    """Send the standard input; in a thread if the command may print before it has read all of it."""

    def send() -> None:
        with suppress(SandboxError):  # the command does not need it any more
            for start in range(0, len(stdin), CHUNK):
                channel.send(STDIN, stdin[start : start + CHUNK])
            channel.send(STDIN)

    if len(stdin) < CHUNK:
        send()
        return None
    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread


def _command_result(found: dict[str, bytes], printed: dict[bytes, list[bytes]], duration: float) -> CommandResult:
    return CommandResult(
        exit_code=_number(found, "exit_code"),
        stdout=b"".join(printed[STDOUT]),
        stderr=b"".join(printed[STDERR]),
        duration=duration,
        timed_out=bool(_number(found, "timed_out")),
        stdout_bytes=_number(found, "stdout_bytes"),
        stderr_bytes=_number(found, "stderr_bytes"),
    )


def _number(found: Mapping[str, bytes], name: str) -> int:
    try:
        return int(found[name])
    except (KeyError, ValueError) as error:
        raise SandboxError(f"the supervisor of the sandbox answered no number for {name}") from error
