"""The output of an agent's process within limits, without the secrets of its session."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any

from ..._json import as_object, parsed_json
from ..sandbox.errors import SandboxError
from .lines import MAX_LINE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..sandbox.protocol import Process

__all__ = ["MAX_LOG_LINES", "MAX_TURN_OUTPUT", "GuardedProcess", "Masking", "secrets_of"]

MAX_TURN_OUTPUT = 64 << 20
"""Bytes that a process may print in a turn; more ends it."""
MAX_LOG_LINES = 10_000
"""Lines of a turn that are logged; the rest is counted."""
_MAX_LOG_BYTES = 4 << 20
_MIN_SECRET = 6
"""Characters; shorter values are in other texts by accident."""
_SECRET_NAME = re.compile(
    r"(^|[^a-z])(api)?(key|token|secret|password|passwd|credential|auth|dsn|cookie)s?($|[^a-z])", re.IGNORECASE
)
_PASSWORD_URL = re.compile(r"\w+://[^/@\s]*:[^/@\s]+@")
_DONE = re.compile(rb'"event": ?"done"')
_PLAIN_NAME = re.compile(r"\w+", re.ASCII)
_DELTA = b'"text_delta"'


def secrets_of(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that hold secrets by their name, or a URL with a password, and are long enough to be found.

    >>> secrets_of({"OPENAI_API_KEY": "sk-12345", "REGION": "eu-central-1", "PIN_TOKEN": "123"})
    {'OPENAI_API_KEY': 'sk-12345'}
    """
    return {
        name: value
        for name, value in variables.items()
        if len(value) >= _MIN_SECRET and (_SECRET_NAME.search(name) or _PASSWORD_URL.match(value))
    }


class Masking:
    """Replaces secrets in lines of output, also where parts of a streamed text have them in pieces.

    Args:
        secrets: Values by name.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._values = [
            (form.encode("utf-8", "surrogatepass"), _shown(name))
            for name, one in secrets.items()
            for form in _forms(one)
        ]
        self._texts = [*secrets.items()]
        self._held = ""
        self._event: dict[str, Any] = {}

    def lines(self, line: bytes) -> list[bytes]:
        """Return the lines to pass on for a line of standard output, without line breaks."""
        if not self._values:
            return [line]
        event = as_object(parsed_json(line.decode("utf-8", "replace"))) if _DELTA in line else None
        if event is not None and isinstance(text := _delta_of(event).get("text"), str):
            return self._delta(dict(event), text)
        held, self._held = self._held, ""
        return [*([_with_text(self._event, held)] if held else []), self.masked(line)]

    def masked(self, line: bytes) -> bytes:
        """Return a line with secrets replaced by their names."""
        for value, name in self._values:
            line = line.replace(value, name)
        return line

    def _delta(self, event: dict[str, Any], text: str) -> list[bytes]:
        text = self._held + text
        for name, value in self._texts:
            text = text.replace(value, _shown(name).decode())
        kept = max((_begun(text, value) for _, value in self._texts), default=0)
        self._event, self._held = event, text[len(text) - kept :]
        passed = text[: len(text) - kept]
        return [self.masked(_with_text(event, passed))] if passed else []


class GuardedProcess:
    """A process of an agent, as a `Process`.

    Args:
        process: The process.
        early: Output that was read of it already.
        secrets: Values that are masked, by name.
        turn_seconds: How long a turn may take.
    """

    def __init__(
        self,
        process: Process,
        early: Iterable[tuple[str, bytes]] = (),
        *,
        secrets: Mapping[str, str] | None = None,
        turn_seconds: float | None = None,
    ) -> None:
        self._process = process
        self._early = [*early]
        self._masking = Masking(secrets or {})
        self._turn_seconds = turn_seconds
        self._timer: threading.Timer | None = None
        self._is_late = False
        self._rest = {"stdout": b"", "stderr": b""}
        self._printed = self._logged = self._log_bytes = self._dropped = 0
        self.close_stdin = process.close_stdin
        self.signal = process.signal
        self.kill = process.kill
        self.wait = process.wait

    def write(self, data: bytes) -> None:
        """Send a command; a message begins a turn, for which the limits hold."""
        if b'"command": "query"' in data:
            self._printed = self._logged = self._log_bytes = 0
            self._set_timer(self._turn_seconds)
        self._process.write(data)

    def close(self) -> None:
        """Kill the program, if it runs, without waiting for its end."""
        self._set_timer(None)
        self._process.close()

    def output(self) -> Iterator[tuple[str, bytes]]:
        """Yield `stdout` or `stderr` and whole lines, as they are printed, until the program ends.

        Raises:
            SandboxError: The sandbox has ended, or the program has exceeded a limit of its turn.
        """
        try:
            for stream, data in self._received():
                self._count(data)
                yield from self._taken(stream, data)
            yield from self._told()
        except SandboxError as error:
            if self._is_late:
                raise SandboxError(f"the turn took more than {self._turn_seconds:g} seconds") from error
            raise
        finally:
            self._set_timer(None)

    def _received(self) -> Iterator[tuple[str, bytes]]:
        while self._early:
            yield self._early.pop(0)
        yield from self._process.output()

    def _count(self, data: bytes) -> None:
        self._printed += len(data)
        if self._printed > MAX_TURN_OUTPUT:
            self.close()
            raise SandboxError(f"the agent printed more than {MAX_TURN_OUTPUT >> 20} MiB in a turn")

    def _taken(self, stream: str, data: bytes) -> Iterator[tuple[str, bytes]]:
        *lines, self._rest[stream] = (self._rest[stream] + data).split(b"\n")
        kept = [passed for line in lines if line.strip() for passed in self._passed(stream, line)]
        if kept:
            yield stream, b"".join(line + b"\n" for line in kept)
        if self._dropped and not self._logged:
            yield from self._told()
        if len(self._rest[stream]) > MAX_LINE:
            yield stream, self._rest[stream]
            self._rest[stream] = b""

    def _told(self) -> Iterator[tuple[str, bytes]]:
        dropped, self._dropped = self._dropped, 0
        if dropped:
            yield "stderr", f"({dropped} more lines of the last turn were not logged)\n".encode()

    def _passed(self, stream: str, line: bytes) -> list[bytes]:
        if stream == "stdout" and line.startswith(b"{"):
            if _DONE.search(line):
                self._set_timer(None)
            return self._masking.lines(line)
        self._logged += 1
        self._log_bytes += len(line)
        if self._logged > MAX_LOG_LINES or self._log_bytes > _MAX_LOG_BYTES:
            self._dropped += 1
            return []
        return [self._masking.masked(line)]

    def _set_timer(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if seconds is not None:
            self._timer = threading.Timer(seconds, self._end_late)
            self._timer.daemon = True
            self._timer.start()

    def _end_late(self) -> None:
        self._is_late = True
        self._process.close()


def _forms(value: str) -> set[str]:
    """Return the forms of a value in lines: as it is, and as JSON has it."""
    return {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}


def _shown(name: str) -> bytes:
    return f"[secret {name}]".encode() if _PLAIN_NAME.fullmatch(name) else b"[secret]"


def _begun(text: str, secret: str) -> int:
    """Return how many characters of a secret are at the end of text that goes on."""
    return next((count for count in range(len(secret) - 1, 0, -1) if text.endswith(secret[:count])), 0)


def _delta_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    data = as_object(event.get("data")) or {}
    return as_object((as_object(data.get("event")) or {}).get("delta")) or {}


def _with_text(event: Mapping[str, Any], text: str) -> bytes:
    """Return the line of a streamed part with another text."""
    data = as_object(event.get("data")) or {}
    inner = as_object(data.get("event")) or {}
    delta = {**_delta_of(event), "text": text}
    return json.dumps({**event, "data": {**data, "event": {**inner, "delta": delta}}}).encode()
