"""Lines of JSON from the process of an agent. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..._json import is_object
from .turns import Recorded, recorded, recorded_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "MAX_LINE",
    "Answer",
    "LineTooLongError",
    "Lines",
    "answer_of",
    "interrupt_line",
    "query_line",
    "resume_line",
]

MAX_LINE = 1 << 20
"""Bytes of a line from an agent."""
_MAX_LOG = 10_000
"""Characters of a logged line."""


class LineTooLongError(Exception):
    """A line is longer than allowed."""


class Lines:
    """Collects the lines of a stream of bytes."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        """Return the lines that these bytes complete; bytes that are not UTF-8 are replaced.

        Raises:
            LineTooLongError: A line is longer than allowed.
        """
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_LINE or any(len(line) > MAX_LINE for line in lines):
            raise LineTooLongError
        return [line.decode("utf-8", "replace") for line in lines if line.strip()]


class Answer(Recorded):
    """The meaning of some lines."""

    def __init__(self) -> None:
        super().__init__()
        self.is_done = False
        """Whether the turn has ended."""
        self.logs: list[tuple[str, dict[str, Any]]] = []
        """Level and text."""

    def add(self, found: Recorded) -> None:
        """Append the stored records of a message or an error."""
        self.frames += found.frames
        self.events += found.events
        self.messages += found.messages

    def log(self, level: str, text: str) -> None:
        """Add a line to the log."""
        self.logs.append((level, {"text": text[:_MAX_LOG]}))


def answer_of(lines: Iterable[str], turn: int) -> Answer:
    """Return the meaning of lines that an agent has printed.

    Args:
        lines: The lines.
        turn: The number of the turn that is in progress; 0 if none is. Events of another one are logged only.
    """
    answer = Answer()
    for line in lines:
        event = _parsed(line)
        if event is None:
            answer.log("error", f"not an event: {line}")
        elif event.get("event") == "log":
            answer.log(str(event.get("level", "info"))[:20], str(event.get("text", "")))
        elif not turn or event.get("id") != turn or answer.is_done:
            answer.log("warning", f"an event of no turn in progress: {line}")
        else:
            _add(answer, event)
    return answer


def query_line(turn: int, body: Mapping[str, Any], config: Mapping[str, Any]) -> bytes:
    """Return the line that starts a turn; options of the message override those of the session."""
    options = {**config, **{name: value for name, value in body.items() if name != "content"}}
    return json.dumps({**options, "id": turn, "command": "query", "prompt": body["content"]}).encode() + b"\n"


def interrupt_line(turn: int) -> bytes:
    """Return the line that asks to end a turn."""
    return json.dumps({"id": turn, "command": "interrupt"}).encode() + b"\n"


def resume_line(turns: int) -> bytes:
    """Return the line that tells a new process how many turns there were."""
    return json.dumps({"id": 0, "command": "resume", "turns": turns}).encode() + b"\n"


def _add(answer: Answer, event: Mapping[str, Any]) -> None:
    kind, data = event.get("event"), event.get("data")
    if kind == "message" and is_object(data):
        answer.add(recorded(data))
    elif kind == "error":
        answer.add(recorded_error(str(event.get("error") or "the agent gave no reason")[:_MAX_LOG]))
    elif kind == "done":
        answer.is_done = True
    else:
        answer.log("warning", f"an unknown event: {json.dumps(event)}")


def _parsed(line: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if is_object(found) else None
