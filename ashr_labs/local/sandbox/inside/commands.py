"""Requests that run a program: its streams, its time-out, and the end of all of its processes."""

from __future__ import annotations

import os

from . import processes
from .wire import CHUNK, SIGNAL, STDERR, STDIN, STDOUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .loop import Connection, Loop
    from .processes import Program

__all__ = ["TIMED_OUT", "Command"]

TIMED_OUT = 124
_HIGH = 4 * CHUNK
"""Bytes that wait for a process to read them, from which on no more are taken."""
_MAX_LATE = 1 << 20
"""Bytes of each stream that are still read after the program has ended; a descendant may write on forever."""
_FIRST_SWEEP = 0.002
_MAX_SWEEP = 0.1


class Command:
    """A running program, and the connection that asked for it.

    Args:
        loop: The event loop.
        connection: Receives the output and the result; closing it kills the program.
        program: What to run.
        limit: Bytes of each stream that are sent, the rest is counted; None sends all, as fast as it is taken.
        timeout: Seconds after which the program is killed; None waits for its end.

    Raises:
        OSError: No process could be started.
    """

    def __init__(
        self, loop: Loop, connection: Connection, program: Program, *, limit: int | None, timeout: float | None
    ) -> None:
        self._loop = loop
        self._connection = connection
        self._limit = limit
        self._sent = {STDOUT: 0, STDERR: 0}
        self._seen = {STDOUT: 0, STDERR: 0}
        self._input = bytearray()
        self._input_ends = False
        self._report = b""
        self._sweep_seconds = _FIRST_SWEEP
        self._timed_out = False
        self._is_killed = False
        self.is_answered = False
        """Whether the program has ended; descendants may still run in the background."""
        self._is_over = False
        self._start(program)
        self._timer = None if timeout is None else loop.call_after(timeout, self._time_out)
        connection.on_frame = self._receive
        connection.on_close = self.kill
        connection.on_drained = self._read_on
        self._read_on()

    def _start(self, program: Program) -> None:
        pipes: list[tuple[int, int]] = []
        try:
            pipes.extend(os.pipe() for _ in range(4))
            (stdin, self._stdin), (out, stdout), (err, stderr), (self._reports, report) = pipes
            self.reaper = processes.start(program, stdin, stdout, stderr, report)
        except OSError:
            for descriptor in (one for pipe in pipes for one in pipe):
                os.close(descriptor)
            raise
        for descriptor in (stdin, stdout, stderr, report):
            os.close(descriptor)
        for descriptor in (self._stdin, out, err, self._reports):
            os.set_blocking(descriptor, False)
        self._outputs = {STDOUT: out, STDERR: err}
        self._readers = {STDOUT: self._read_stdout, STDERR: self._read_stderr}
        self._loop.watch(self._reports, lambda _read, _write: self._reported(), read=True, write=False)

    def _time_out(self) -> None:
        if not self.is_answered:
            self._timed_out = True
            self.kill()

    def kill(self) -> None:
        """Kill the program and all of its descendants."""
        if not self._is_killed:
            self._is_killed = True
            self._sweep()

    def ended(self) -> None:
        """Take note of the reaper's end: no descendant is left, or the reaper was killed."""
        self._is_over = True
        while self._reports >= 0:
            self._reported()
        self._answer()

    def _sweep(self) -> None:
        """Kill what is below the reaper; again, until nothing is, because processes start others meanwhile."""
        if self._is_over:
            return
        processes.kill(processes.descendants(self.reaper, processes.parents()))
        processes.signal({self.reaper}, processes.CONTINUE)
        self._sweep_seconds = min(_MAX_SWEEP, 2 * self._sweep_seconds)
        self._loop.call_after(self._sweep_seconds, self._sweep)

    def _reported(self) -> None:
        try:
            data = os.read(self._reports, CHUNK)
        except BlockingIOError:
            data = b""
        self._report += data
        if not data:
            self._loop.forget(self._reports)
            os.close(self._reports)
            self._reports = -1
        elif not self._is_killed:  # otherwise the response waits for the end of all descendants
            self._answer()

    def _answer(self) -> None:
        if self.is_answered:
            return
        for stream in tuple(self._outputs):
            self._drain(stream)
        self.is_answered = True
        if self._timer is not None:
            self._loop.cancel(self._timer)
        self._close_stdin()
        code = int(self._report or -9)
        if self._timed_out:
            code = TIMED_OUT
        self._connection.finish(
            {
                "exit_code": b"%d" % (128 - code if code < 0 else code),
                "signal": b"%d" % (-code if code < 0 else 0),
                "timed_out": b"%d" % self._timed_out,
                "stdout_bytes": b"%d" % self._seen[STDOUT],
                "stderr_bytes": b"%d" % self._seen[STDERR],
            }
        )
        self._read_on()

    def _drain(self, stream: bytes) -> None:
        """Read what the program has written before it ended."""
        end = self._seen[stream] + _MAX_LATE
        while stream in self._outputs and self._seen[stream] < end and self._read(stream):
            pass

    def _read_on(self) -> None:
        """Read output, unless the connection is full; after the response, it is read and dropped."""
        wanted = self.is_answered or self._limit is not None or not self._connection.is_full
        for stream, descriptor in self._outputs.items():
            self._loop.watch(descriptor, self._readers[stream], read=wanted, write=False)

    def _read_stdout(self, _readable: bool, _writable: bool) -> None:
        self._read_some(STDOUT)

    def _read_stderr(self, _readable: bool, _writable: bool) -> None:
        self._read_some(STDERR)

    def _read_some(self, stream: bytes) -> None:
        self._read(stream)
        if self._limit is None and self._connection.is_full:
            self._read_on()

    def _read(self, stream: bytes) -> bool:
        """Read once; return whether there may be more."""
        descriptor = self._outputs[stream]
        try:
            data = os.read(descriptor, CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self._loop.forget(descriptor)
            os.close(self._outputs.pop(stream))
            return False
        self._seen[stream] += len(data)
        if self._limit is not None:
            data = data[: max(0, self._limit - self._sent[stream])]
        self._sent[stream] += len(data)
        if data and not self.is_answered:
            self._connection.send(stream, data)
        return True

    def _receive(self, _connection: Connection, kind: bytes, payload: bytes) -> None:
        if self.is_answered:
            return
        if kind == STDIN:
            self._input += payload
            self._input_ends |= not payload
            self._write()
        elif kind == SIGNAL:
            self._signal(int(payload))

    def _signal(self, number: int) -> None:
        """Send a signal to the program and its descendants; SIGKILL ends them all."""
        if number == processes.KILL:
            self.kill()
        else:
            processes.signal(processes.descendants(self.reaper, processes.parents()), number)

    def _write(self) -> None:
        if self._stdin < 0:
            return
        try:
            while self._input:
                del self._input[: os.write(self._stdin, self._input[:CHUNK])]
        except BlockingIOError:
            pass
        except OSError:  # the program does not read any more
            self._close_stdin()
            return
        if not self._input and self._input_ends:
            self._close_stdin()
            return
        self._connection.pause(reads=len(self._input) < _HIGH)
        if self._input:
            self._loop.watch(self._stdin, lambda _read, _write: self._write(), read=False, write=True)
        else:
            self._loop.forget(self._stdin)

    def _close_stdin(self) -> None:
        if self._stdin >= 0:
            self._loop.forget(self._stdin)
            os.close(self._stdin)
            self._stdin = -1
            self._input.clear()
            self._connection.pause(reads=True)
