"""Server-sent events after the WHATWG specification: bytes in, events out, and the reverse. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from ..errors import ResponseFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "MAX_EVENT_BYTES",
    "SSEDecoder",
    "ServerEvent",
    "ServerSentEvent",
    "encode_comment",
    "encode_event",
    "parsed_data",
]

Data = TypeVar("Data")
MAX_EVENT_BYTES = 32 * 1024 * 1024
"""The default limit of one event."""

_BOM = b"\xef\xbb\xbf"
# Nearly every event consists of these lines, in this order: one match is several times as fast as a loop over lines.
_USUAL = re.compile(r"(?:id: ([^\n\0]*)\n)?(?:event: (.*)\n)?data: (.*)\n\n")
_DIGITS = re.compile(r"[0-9]{1,15}")


class ServerSentEvent(NamedTuple):
    r"""One event of a stream.

    Example:
        >>> SSEDecoder().feed(b"event: progress\ndata: 1\n\n")
        [ServerSentEvent(event='progress', data='1', id='')]
    """

    event: str
    """Its type; `message` where the stream names none."""
    data: str
    id: str
    """The last id that the stream has named up to this event; empty if there is none."""


@dataclass(frozen=True, slots=True)
class ServerEvent(Generic[Data]):
    """An event of a stream, with its data.

    Example:
        >>> ServerEvent("progress", {"tests_done": 3}, "7").data["tests_done"]
        3
    """

    type: str
    """Such as `progress`; newer platforms may send others than those that are documented."""
    data: Data
    """The JSON of the event; of a type that is not documented, whatever it has."""
    id: str = ""
    """Its id, behind which the stream can be resumed."""


class SSEDecoder:
    """Decodes the bytes of one stream, however they are split.

    Args:
        max_event_bytes: The size of a line, and of the data of an event, above which the stream is refused.
    """

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self.last_id = ""
        """The id to resume the stream from: that of the last complete event, even of one without data."""
        self.retry_ms: int | None = None
        """Milliseconds that the stream asks to wait before it is resumed."""
        self._max_bytes = max_event_bytes
        self._parts: list[bytes] = []
        """The beginning of a line."""
        self._parts_size = 0
        self._is_start = True
        """Whether a byte order mark may come."""
        self._after_cr = False
        """Whether a line feed at the beginning of the next bytes belongs to the line before."""
        self._event = ""
        self._data: list[str] = []
        self._data_size = 0
        self._id = ""

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Return the events that these bytes complete.

        Raises:
            ResponseFormatError: A line or the data of an event is larger than the limit.
        """
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
        if not end:
            self._keep(chunk)
            return []
        self._after_cr = chunk.endswith(b"\r")
        self._keep(chunk[:end])
        lines = b"".join(self._parts)
        self._parts, self._parts_size = [], 0
        self._keep(chunk[end:])
        return self._events(self._decoded(lines))

    def _keep(self, part: bytes) -> None:
        """Buffer a partial line, and process it once it is complete."""
        self._parts.append(part)
        self._parts_size += len(part)
        if self._parts_size > self._max_bytes and max(map(len, b"".join(self._parts).splitlines())) > self._max_bytes:
            raise self._too_large("a line")

    def _decoded(self, lines: bytes) -> str:
        """Return whole lines as text that has only line feeds."""
        if self._is_start:
            self._is_start = False
            lines = lines.removeprefix(_BOM)
        # Whole lines are whole characters: in UTF-8 the bytes of line ends are part of no other character.
        text = lines.decode("utf-8", "replace")
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text

    def _events(self, text: str) -> list[ServerSentEvent]:
        """Return the events of whole lines."""
        events: list[ServerSentEvent] = []
        position, end = 0, len(text)
        while position < end:
            if not self._data and not self._event and (usual := _USUAL.match(text, position)):
                given_id, event, data = usual.groups()
                self.last_id = self._id = self._id if given_id is None else given_id
                events.append(ServerSentEvent(event or "message", data, self._id))
                position = usual.end()
                continue
            newline = text.index("\n", position)
            line, position = text[position:newline], newline + 1
            if line:
                self._take(line)
            else:
                self._dispatch(events)
        return events

    def _take(self, line: str) -> None:
        """Process one line with a field or a comment."""
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
            self._data_size += len(value.encode()) + 1
            if self._data_size > self._max_bytes:
                raise self._too_large("an event")
        elif field == "event":
            self._event = value
        elif field == "id" and "\0" not in value:
            self._id = value
        elif field == "retry" and _DIGITS.fullmatch(value):
            self.retry_ms = int(value)

    def _dispatch(self, events: list[ServerSentEvent]) -> None:
        self.last_id = self._id
        if self._data:
            events.append(ServerSentEvent(self._event or "message", "\n".join(self._data), self._id))
        self._event, self._data, self._data_size = "", [], 0

    def _too_large(self, what: str) -> ResponseFormatError:
        return ResponseFormatError(f"{what} of the stream is larger than {self._max_bytes} bytes")


def parsed_data(text: str) -> Any:
    """Return the JSON of an event's data; the text if it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def encode_event(event: str, data: str, *, id: str | None = None) -> bytes:  # noqa: A002 - as the field is named
    r"""Return the bytes of an event.

    Example:
        >>> encode_event("progress", "1", id="7")
        b'id: 7\nevent: progress\ndata: 1\n\n'
    """
    lines = [] if id is None else [f"id: {_one_line(id)}"]
    lines += [f"event: {_one_line(event)}", *(f"data: {line}" for line in _lines(data)), "", ""]
    return "\n".join(lines).encode("utf-8", "replace")


def encode_comment(text: str = "") -> bytes:
    """Return the bytes of a comment, which readers ignore; it shows them that the stream is alive."""
    return "".join(f": {line}\n" for line in _lines(text)).encode("utf-8", "replace") + b"\n"


def _lines(text: str) -> Iterable[str]:
    return re.split("\r\n|\r|\n", text)


def _one_line(text: str) -> str:
    return re.sub("[\r\n\0]", " ", text)
