"""The protocol between the engine and the supervisor inside of a sandbox.

For each request the engine makes a pair of connected sockets, passes one end to the supervisor over the control
socket, and writes a frame with the request to the other end. The response arrives there, too, so requests do not wait
for each other, and closing the socket cancels the request.

A frame is one byte for its kind, four bytes for the length of its payload, and the payload. A payload is bytes, or a
list of byte strings, each with its length before it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "CHUNK",
    "DATA",
    "ERROR",
    "MAX_PAYLOAD",
    "REQUEST",
    "RESULT",
    "SIGNAL",
    "STDERR",
    "STDIN",
    "STDOUT",
    "Frames",
    "WireError",
    "frame",
    "pack",
    "pack_map",
    "unpack",
    "unpack_map",
]

REQUEST = b"Q"
"""A mapping: the first frame of each request."""
STDIN = b"I"
"""Bytes for the standard input of a process; none close it."""
SIGNAL = b"K"
"""The number of a signal for a process."""
DATA = b"D"
"""Bytes of a file, or a list of entries; none end it."""
STDOUT = b"O"
STDERR = b"E"
RESULT = b"R"
"""A mapping: the last frame of a response."""
ERROR = b"F"
"""A mapping with `code` and `message`: the last frame of a response that failed."""

CHUNK = 1 << 16
"""Bytes that are read and sent at once."""
MAX_PAYLOAD = 1 << 20
_HEADER = 5
_LENGTH = 4


class WireError(ValueError):
    """A frame or a list is not as documented."""


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """Return a frame as bytes."""
    return kind + len(payload).to_bytes(_LENGTH, "big") + payload


class Frames:
    """Splits received bytes into frames."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Yield the kind and payload of each frame that `data` completes.

        Raises:
            WireError: A payload is longer than `MAX_PAYLOAD`.
        """
        self._buffer += data
        while len(self._buffer) >= _HEADER:
            size = int.from_bytes(self._buffer[1:_HEADER], "big")
            if size > MAX_PAYLOAD:
                raise WireError(f"a frame of {size} bytes is longer than {MAX_PAYLOAD}")
            if len(self._buffer) < _HEADER + size:
                return
            kind, payload = bytes(self._buffer[:1]), bytes(self._buffer[_HEADER : _HEADER + size])
            del self._buffer[: _HEADER + size]
            yield kind, payload


def pack(items: Iterable[bytes]) -> bytes:
    """Return a list of byte strings as bytes."""
    return b"".join(len(item).to_bytes(_LENGTH, "big") + item for item in items)


def unpack(data: bytes) -> list[bytes]:
    """Return the list that `pack` made bytes of.

    Raises:
        WireError: The bytes end within an item.
    """
    items: list[bytes] = []
    start = 0
    while start < len(data):
        end = start + _LENGTH + int.from_bytes(data[start : start + _LENGTH], "big")
        if start + _LENGTH > len(data) or end > len(data):
            raise WireError("a list ends within an item")
        items.append(data[start + _LENGTH : end])
        start = end
    return items


def pack_map(mapping: Mapping[str, bytes]) -> bytes:
    """Return a mapping as bytes."""
    return pack(part for key, value in mapping.items() for part in (key.encode(), value))


def unpack_map(data: bytes) -> dict[str, bytes]:
    """Return the mapping that `pack_map` made bytes of.

    Raises:
        WireError: The bytes are not a mapping.
    """
    items = unpack(data)
    if len(items) % 2:
        raise WireError("a mapping has a key without a value")
    try:
        return {key.decode(): value for key, value in zip(items[::2], items[1::2], strict=True)}
    except UnicodeDecodeError as error:
        raise WireError("a key is not UTF-8") from error
