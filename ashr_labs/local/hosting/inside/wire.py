"""The lines of JSON between the platform and the process of an agent, from the agent's side.

The process's own standard input and output are taken away from the agent, so that what it prints, or reads, cannot be
taken for a line of the protocol: its standard output is the log.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from typing import Any

__all__ = ["MAX_LINE", "Channel", "LineTooLong"]

MAX_LINE = (1 << 20) - 1
"""Bytes of a line, of which the platform takes 1 MiB."""


class LineTooLong(Exception):  # noqa: N818 - it is the reason of a failed turn
    """An event has more bytes than a line may have."""


class Channel:
    """Reads commands and writes events.

    Args:
        reader: Descriptor of the commands.
        writer: Descriptor of the events.
        first: What was read of the commands already.
    """

    def __init__(self, reader: int, writer: int, first: bytes = b"") -> None:
        self._reader = reader
        self._writer = writer
        self._rest = first
        self._sending = threading.Lock()
        self._commands: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._turn: object = None
        self._interrupted: object = None
        """The last turn whose end was asked for, perhaps before it has begun."""
        self._changing = threading.Lock()

    @classmethod
    def of_process(cls, first: bytes) -> Channel:
        """Take standard input and output away from the program, whose output becomes the log.

        Args:
            first: What was read of standard input already.
        """
        reader, writer = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        sys.stdout.flush()
        os.dup2(2, 1)
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        return cls(reader, writer, first)

    def send(self, **event: Any) -> None:
        """Write an event.

        Raises:
            LineTooLong: It is too long for a line.
            TypeError: It is not JSON.
            ValueError: It has numbers that are not JSON.
        """
        line = json.dumps(event, allow_nan=False).encode() + b"\n"
        if len(line) > MAX_LINE:
            raise LineTooLong(f"a message of the agent has {len(line)} bytes as JSON, and at most {MAX_LINE} are sent")
        with self._sending:
            while line:
                line = line[os.write(self._writer, line) :]

    def log(self, level: str, text: str) -> None:
        """Write a line for the log of the session."""
        self.send(event="log", level=level, text=text[:10_000])

    def listen(self) -> None:
        """Read commands in a thread from now on; an interrupt raises KeyboardInterrupt in the main one."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=self._listen, name="commands", daemon=True).start()

    def next(self) -> dict[str, Any] | None:
        """Return the next command; None when there are no more."""
        return self._commands.get()

    def begin(self, turn: object) -> None:
        """Let a turn be interrupted from now on.

        Raises:
            KeyboardInterrupt: It was interrupted already.
        """
        with self._changing:
            self._turn = turn
            signal.signal(signal.SIGINT, signal.default_int_handler)
            is_interrupted = self._interrupted == turn
        if is_interrupted:
            raise KeyboardInterrupt

    def end(self) -> None:
        """Let nothing be interrupted from now on."""
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        except KeyboardInterrupt:  # it came in between
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        with self._changing:
            self._turn = None

    def read_line(self) -> bytes:
        """Return the next line; empty at the end."""
        while b"\n" not in self._rest:
            data = os.read(self._reader, 1 << 16)
            if not data:
                return b""
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line + b"\n"

    def _listen(self) -> None:
        while line := self.read_line():
            command = json.loads(line)
            if command.get("command") == "interrupt":
                self._interrupt(command.get("id"))
            else:
                self._commands.put(command)
        self._commands.put(None)

    def _interrupt(self, turn: object) -> None:
        with self._changing:
            self._interrupted = turn
            if self._turn is not None and turn == self._turn:
                os.kill(os.getpid(), signal.SIGINT)
