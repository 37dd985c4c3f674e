"""One sandbox of E2B: commands, files and its end."""

from __future__ import annotations

import base64
import re
import signal
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from ..._json import as_object
from ...errors import ConfigurationError
from .e2b_api import decoded
from .errors import SandboxError, SandboxGoneError
from .marking import RUN_MARKED, SIGNAL_MARKED, new_marker
from .paths import workspace_path
from .protocol import MIB, CommandResult, Listing
from .remote import RemoteFiles, program_of, run_to_end
from .supervised import environment_items

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence

    from .e2b_api import Daemon, Service

__all__ = ["WORKSPACE", "E2BProcess", "E2BSandbox"]

WORKSPACE = "/workspace"
_USER, _ROOT = "user", "root"
_CHUNK = 64 * 1024
_END_SECONDS = 30.0
_KILLED = 128 + signal.SIGKILL


class E2BSandbox:
    """A virtual machine of E2B in which commands run.

    Args:
        service: The control plane.
        sandbox_id: The id that E2B gave it.
        daemon: The daemon in it.
        id: Its name.
        environment: The variables of all commands.
        in_force: What is isolated and limited.
        ends_at: When it ends by itself, on the clock of `time.monotonic`.
        on_end: Called once when it is destroyed.
    """

    engine = "e2b"
    workspace = WORKSPACE

    def __init__(
        self,
        service: Service,
        sandbox_id: str,
        daemon: Daemon,
        *,
        id: str,  # noqa: A002 - the name of the attribute
        environment: Mapping[str, str],
        in_force: Mapping[str, str],
        ends_at: float,
        on_end: Callable[[E2BSandbox], None],
    ) -> None:
        self.id = id
        self.in_force = in_force
        self._service = service
        self._sandbox_id = sandbox_id
        self._daemon = daemon
        self._environment = environment
        self._ends_at = ends_at
        self._on_end = on_end
        self._files = RemoteFiles(self.spawn, WORKSPACE)
        self._ending = threading.Lock()
        self._is_destroyed = False
        self._is_gone = False

    def __repr__(self) -> str:
        return f"<E2BSandbox {self.id}{', destroyed' if self._is_destroyed else ''}>"

    @property
    def is_alive(self) -> bool:
        """Whether it takes requests, as far as is known: nothing is asked."""
        return not self._is_destroyed and not self._is_gone and time.monotonic() < self._ends_at

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
        started = time.monotonic()
        process = self.spawn(command, environment=environment, cwd=cwd)
        return run_to_end(process, stdin=stdin, timeout=timeout, started=started, output_limit=output_limit)

    def spawn(
        self, command: str | Sequence[str], *, environment: Mapping[str, str] | None = None, cwd: str = ""
    ) -> E2BProcess:
        """Start a program, and return it while it runs."""
        argv = program_of(command)
        if not command or any("\0" in part for part in argv):
            raise ConfigurationError("`command` must be a program and its arguments, without NUL characters")
        folder = "" if cwd in {"", ".", WORKSPACE} else workspace_path(cwd, workspace=WORKSPACE).decode("utf-8")
        list(environment_items(environment or {}))  # raises for what no environment takes
        marker = new_marker()
        variables = {**self._environment, **(environment or {})}
        arguments = ["-c", RUN_MARKED, "sh", marker, *argv]
        return self._started(_USER, arguments, variables, f"{WORKSPACE}/{folder}".rstrip("/"), marker)

    def prepare(self, script: str, stdin: bytes) -> None:
        """Run a script as root, before anything else.

        Raises:
            SandboxError: It fails.
        """
        process = self._started(_ROOT, ["-c", script], {}, "/", new_marker())
        done = run_to_end(process, stdin=stdin, timeout=_END_SECONDS, started=time.monotonic(), output_limit=MIB)
        if done.exit_code:
            said = done.stderr.decode("utf-8", "replace").strip()[-300:]
            raise SandboxError(f"the sandbox could not be prepared: {said or f'exit code {done.exit_code}'}")

    def read(self, path: str, *, limit: int = 64 * MIB) -> bytes:
        """Return the content of a file."""
        return self._files.read(path, limit=limit)

    def write(self, path: str, content: bytes, *, mode: int | None = None) -> None:
        """Write a file at once or not at all; missing folders are made."""
        self._files.write(path, content, mode=mode)

    def delete(self, path: str) -> None:
        """Remove a file, or a link itself."""
        self._files.delete(path)

    def list(self) -> Listing:
        """Return all entries of the workspace with their checksums."""
        return self._files.list()

    def destroy(self) -> None:
        """End all of its processes and remove its files; nothing happens if it has ended."""
        with self._ending:
            if self._is_destroyed:
                return
            self._is_destroyed = True
        with suppress(SandboxError):  # a service that does not answer: the sandbox ends with its lifetime
            self._service.delete(self._sandbox_id)
        self._on_end(self)

    def signal(self, marker: str, number: int) -> None:
        """Send a signal to all processes that have a marker in their environment."""
        process = self._started(_ROOT, ["-c", SIGNAL_MARKED, "sh", marker, str(number)], {}, "/", new_marker())
        run_to_end(process, stdin=b"", timeout=None, started=time.monotonic(), output_limit=0)

    def send(self, method: str, body: Mapping[str, Any]) -> None:
        """Send a request about a program to the daemon."""
        with self.reached():
            self._daemon.call(method, body)

    @contextmanager
    def reached(self) -> Generator[None]:
        """Raise a SandboxGoneError with the reason, in place of another error, if the sandbox has ended."""
        if self._is_destroyed:
            raise SandboxGoneError(f"the sandbox {self.id} was destroyed")
        try:
            yield
        except SandboxError as error:
            if self._has_ended():
                raise SandboxGoneError(f"the sandbox {self._fate()}") from error
            raise

    def _has_ended(self) -> bool:
        if not self._is_destroyed and not self._is_gone:
            with suppress(SandboxError):
                self._is_gone = self._service.describe(self._sandbox_id) is None
        return self._is_destroyed or self._is_gone

    def _fate(self) -> str:
        return f"{self.id} was destroyed" if self._is_destroyed else f"{self.id} has ended: its lifetime is over"

    def _started(
        self, user: str, arguments: Sequence[str], variables: Mapping[str, str], folder: str, marker: str
    ) -> E2BProcess:
        program = {"cmd": "/bin/sh", "args": list(arguments), "envs": dict(variables), "cwd": folder}
        with self.reached(), ExitStack() as stack:
            events = stack.enter_context(self._daemon.start({"process": program, "stdin": True}, user))
            pid = _started_pid(next(events, None))
            return E2BProcess(self, pid, marker, events, stack.pop_all())


class E2BProcess:
    """A program that runs in a sandbox of E2B, with its streams."""

    def __init__(
        self, sandbox: E2BSandbox, pid: int, marker: str, events: Iterator[dict[str, Any]], connection: ExitStack
    ) -> None:
        self.timed_out = False
        self._sandbox = sandbox
        self._pid = pid
        self._marker = marker
        self._events = events
        self._connection = connection
        self._exit_code: int | None = None
        self._sending = threading.Lock()

    def close(self) -> None:
        """Kill the program, if it runs, without waiting for its end."""
        if self._exit_code is None:
            with suppress(SandboxError):
                self.kill()
        self._connection.close()

    def write(self, data: bytes) -> None:
        """Send bytes to its standard input; waits while it does not read. After its end they are dropped."""
        with self._sending, suppress(SandboxError):
            for start in range(0, len(data), _CHUNK):
                text = base64.b64encode(data[start : start + _CHUNK]).decode()
                self._sandbox.send("SendInput", {"process": {"pid": self._pid}, "input": {"stdin": text}})

    def close_stdin(self) -> None:
        """End its standard input."""
        with self._sending, suppress(SandboxError):
            self._sandbox.send("CloseStdin", {"process": {"pid": self._pid}})

    def output(self, until: float | None = None) -> Iterator[tuple[str, bytes]]:
        """Yield `stdout` or `stderr` and bytes, as they are printed, until the program ends or is out of time.

        Args:
            until: When it is killed, on the clock of `time.monotonic`; None waits for its end.
        """
        watch = None if until is None else threading.Timer(max(0.0, until - time.monotonic()), self._end)
        if watch is not None:
            watch.daemon = True
            watch.start()
        try:
            with self._sandbox.reached():
                yield from self._received()
        finally:
            if watch is not None:
                watch.cancel()

    def signal(self, number: int) -> None:
        """Send a signal to it and its descendants."""
        self._sandbox.signal(self._marker, number)

    def kill(self) -> None:
        """Kill it and all of its descendants."""
        self.signal(signal.SIGKILL)

    def wait(self) -> int:
        """Return its exit code when it has ended; output that was not taken is dropped."""
        if self._exit_code is None:
            for _ in self.output():
                pass
        if self._exit_code is None:
            raise SandboxError("E2B has not said how a program ended")
        return self._exit_code

    def _received(self) -> Iterator[tuple[str, bytes]]:
        for event in self._events:
            data, end = as_object(event.get("data")), as_object(event.get("end"))
            if end is not None:
                self._exit_code = _exit_code(end)
                self._connection.close()
                return
            for name in ("stdout", "stderr"):
                if data is not None and name in data:
                    yield name, decoded(data[name])

    def _end(self) -> None:
        if self._exit_code is None:
            self.timed_out = True
            with suppress(SandboxError):
                self.kill()


def _started_pid(event: Mapping[str, Any] | None) -> int:
    start = as_object((event or {}).get("start"))
    pid = None if start is None else start.get("pid")
    if not isinstance(pid, int):
        raise SandboxError("E2B has not started a program")
    return pid


def _exit_code(end: Mapping[str, Any]) -> int:
    """Return the exit code of a program; E2B leaves 0 out, and has -1 for one that a signal ended."""
    code = end.get("exitCode", 0)
    if isinstance(code, int) and code >= 0 and not re.match(r"signal:", str(end.get("status", ""))):
        return code
    return _KILLED
