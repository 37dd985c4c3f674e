"""The event loop of the supervisor: descriptors, timers, and work that is done in steps."""

from __future__ import annotations

import _socket
import os
import select
import sys
import time

from .wire import CHUNK, ERROR, RESULT, Frames, WireError, frame, pack_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Timer = tuple[float, Callable[[], None]]

__all__ = ["Connection", "Loop"]

_READ = select.POLLIN
_WRITE = select.POLLOUT
_ENDED = select.POLLHUP | select.POLLERR | select.POLLNVAL
_HIGH = 4 * CHUNK
"""Unsent bytes of a connection from which on nothing more is read for it."""
_IDLE_SECONDS = 1.0


class Loop:
    """Waits for descriptors and timers, and calls back."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._callbacks: dict[int, Callable[[bool, bool], None]] = {}
        self._timers: list[Timer] = []
        self._steps: list[tuple[Connection, Iterator[None]]] = []

    def watch(self, descriptor: int, callback: Callable[[bool, bool], None], *, read: bool, write: bool) -> None:
        """Call `callback(readable, writable)` whenever a descriptor is ready; its end counts as readable."""
        if descriptor in self._callbacks:
            self._poll.modify(descriptor, _READ * read | _WRITE * write)
        else:
            self._poll.register(descriptor, _READ * read | _WRITE * write)
        self._callbacks[descriptor] = callback

    def forget(self, descriptor: int) -> None:
        """Stop watching a descriptor."""
        if self._callbacks.pop(descriptor, None) is not None:
            self._poll.unregister(descriptor)

    def call_after(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Call once, after some seconds."""
        timer = (time.monotonic() + seconds, callback)
        self._timers.append(timer)
        return timer

    def cancel(self, timer: Timer) -> None:
        """Do not call any more, if it has not happened yet."""
        if timer in self._timers:
            self._timers.remove(timer)

    def do(self, connection: Connection, steps: Iterator[None]) -> None:
        """Do work between other events, while the connection takes what it sends."""
        self._steps.append((connection, steps))

    def run_once(self) -> None:
        """Wait for the next event, and handle what is ready."""
        for descriptor, event in self._poll.poll(self._wait() * 1000):
            callback = self._callbacks.get(descriptor)
            if callback is not None:
                callback(bool(event & (_READ | _ENDED)), bool(event & _WRITE))
        now = time.monotonic()
        for timer in [timer for timer in self._timers if timer[0] <= now]:
            self.cancel(timer)
            timer[1]()
        self._steps = [(owner, steps) for owner, steps in self._steps if self._advance(owner, steps)]

    def _wait(self) -> float:
        if any(not owner.is_full for owner, _ in self._steps):
            return 0.0
        now = time.monotonic()
        return max(0.0, min([_IDLE_SECONDS, *(when - now for when, _ in self._timers)]))

    @staticmethod
    def _advance(owner: Connection, steps: Iterator[None]) -> bool:
        """Do one step; return whether there are more."""
        if owner.is_full:
            return True
        return not owner.is_closed and next(steps, steps) is not steps


class Connection:
    """The supervisor's end of a request: frames in both directions, without ever blocking."""

    def __init__(self, loop: Loop, descriptor: int, on_frame: Callable[[Connection, bytes, bytes], None]) -> None:
        self._loop = loop
        self._socket = _socket.socket(fileno=descriptor)
        self._socket.setblocking(False)
        self._frames = Frames()
        self._unsent = bytearray()
        self._is_ending = False
        self.is_closed = False
        self.on_frame = on_frame
        self.on_close: Callable[[], None] = _nothing
        """Called when the engine closes the connection before the response has ended."""
        self.on_drained: Callable[[], None] = _nothing
        """Called when `is_full` becomes false."""
        self.reads = True
        """Whether frames are read; false while earlier ones wait for a process to take them."""
        self._watch()

    @property
    def is_full(self) -> bool:
        """Whether so much is unsent that nothing more should be produced."""
        return not self.is_closed and len(self._unsent) >= _HIGH

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Send a frame as soon as the engine takes it."""
        if not self.is_closed:
            self._unsent += frame(kind, payload)
            self._flush()

    def pass_descriptor(self, descriptor: int) -> None:
        """Pass a descriptor to the engine, and close it here; it is dropped if the engine takes nothing."""
        try:
            if not self.is_closed and not self._unsent:
                content = descriptor.to_bytes(4, sys.byteorder)
                self._socket.sendmsg([b"+"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, content)])
        except OSError:
            self._lost()
        finally:
            os.close(descriptor)

    def finish(self, result: Mapping[str, bytes]) -> None:
        """Send the result, and close the connection after that."""
        self._is_ending = True
        self.send(RESULT, pack_map(result))

    def fail(self, code: str, message: str) -> None:
        """Send an error, and close the connection after that."""
        self._is_ending = True
        self.send(ERROR, pack_map({"code": code.encode(), "message": os.fsencode(message)}))

    def pause(self, *, reads: bool) -> None:
        """Read frames, or stop it for now."""
        self.reads = reads
        self._watch()

    def close(self) -> None:
        """Close the connection; what is unsent is lost."""
        if not self.is_closed:
            self.is_closed = True
            self._loop.forget(self._socket.fileno())
            self._socket.close()

    def _watch(self) -> None:
        if not self.is_closed:
            self._loop.watch(self._socket.fileno(), self._ready, read=self.reads, write=bool(self._unsent))

    def _ready(self, readable: bool, writable: bool) -> None:
        if writable:
            was_full = self.is_full
            self._flush()
            if was_full and not self.is_full:
                self.on_drained()
        if readable and not self.is_closed:
            self._receive()

    def _receive(self) -> None:
        try:
            data = self._socket.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost()
            return
        try:
            for kind, payload in self._frames.feed(data):
                self.on_frame(self, kind, payload)
        except WireError:
            self._lost()

    def _flush(self) -> None:
        try:
            while self._unsent:
                del self._unsent[: self._socket.send(self._unsent[:CHUNK])]
        except BlockingIOError:
            pass
        except OSError:
            self._lost()
            return
        if self._is_ending and not self._unsent:
            self.close()
        self._watch()

    def _lost(self) -> None:
        was_ending = self._is_ending
        self.close()
        if not was_ending:
            self.on_close()


def _nothing() -> None:
    pass
