"""The process of a service inside of a sandbox: its last log lines, and its readiness."""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from ...sandbox.errors import SandboxGoneError
from ..errors import BootError
from ..watch import StreamWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...sandbox.protocol import Sandbox
    from ..watch import SecretWatch

__all__ = ["ServiceProcess", "wait_until_ready"]

_MAX_LINES = 200
_MAX_LINE = 2_000
_MAX_REST = 2**20
"""Bytes of a line that has not ended."""
_SHOWN_LINES = 15
_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 0.25


class ServiceProcess:
    """A service's process, whose output is read as long as it runs.

    Args:
        sandbox: Where it runs.
        name: The service's name.
        command: The program and its arguments.
        watch: Looks for secrets in what it prints.
        environment: Further variables.
        stdin: What it reads.
        on_line: Gets each line of its standard output, in place of the log.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        name: str,
        command: Sequence[str],
        *,
        watch: SecretWatch,
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        on_line: Callable[[bytes], None] | None = None,
    ) -> None:
        self.name = name
        self._lines: deque[str] = deque(maxlen=_MAX_LINES)
        self._on_line = on_line or self._log
        self._ended = threading.Event()
        self._rest = {"stdout": b"", "stderr": b""}
        self._watches = {stream: StreamWatch(watch, f"the log of the service {name!r}") for stream in self._rest}
        self._process = sandbox.spawn(command, environment=environment)
        self._process.write(stdin)
        self._process.close_stdin()
        self._reader = threading.Thread(target=self._read, name=f"ashr-service-{name}", daemon=True)
        self._reader.start()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return not self._ended.is_set()

    @property
    def log(self) -> str:
        """The last lines that it has printed."""
        return "\n".join(list(self._lines)[-_SHOWN_LINES:])

    def wait(self, seconds: float) -> bool:
        """Wait until its output has ended; return False if that takes longer."""
        return self._ended.wait(seconds)

    def pause(self, seconds: float) -> None:
        """Wait, or until its output has ended."""
        self._ended.wait(seconds)

    def _read(self) -> None:
        try:
            with suppress(SandboxGoneError):
                for stream, part in self._process.output():
                    self._watches[stream].look(part)
                    self._take(stream, part)
        finally:
            self._ended.set()

    def _take(self, stream: str, part: bytes) -> None:
        *lines, rest = (self._rest[stream] + part).split(b"\n")
        self._rest[stream] = rest[-_MAX_REST:]
        for line in lines:
            (self._on_line if stream == "stdout" else self._log)(line)

    def _log(self, line: bytes) -> None:
        self._lines.append(line[:_MAX_LINE].decode("utf-8", "replace"))


class Server(Protocol):
    """A service that becomes ready."""

    @property
    def name(self) -> str:
        """Name of the service."""
        ...

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        ...

    @property
    def log(self) -> str:
        """The last lines that it has printed."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait, or until it has ended."""
        ...


def wait_until_ready(sandbox: Sandbox, process: Server, command: str | Sequence[str], *, seconds: float) -> None:
    """Run a command until it succeeds.

    Raises:
        BootError: The service has ended, or the command does not succeed in time; the message has the last log lines.
    """
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    while process.is_running:
        left = deadline - time.monotonic()
        if left <= 0:
            raise BootError(f"the service {process.name!r} was not ready within {seconds:g} seconds{_tail(process)}")
        if sandbox.exec(command, timeout=left).exit_code == 0:
            return
        process.pause(min(pause, max(0.0, deadline - time.monotonic())))
        pause = min(2 * pause, _LONGEST_PAUSE)
    raise BootError(f"the service {process.name!r} ended before it was ready{_tail(process)}")


def _tail(process: Server) -> str:
    return f"; the last lines of its log:\n{process.log}" if process.log else "; its log is empty"
