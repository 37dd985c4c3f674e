"""The engine's end of a request to the supervisor of a sandbox."""

from __future__ import annotations

import os
import socket
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from .errors import SandboxError, SandboxFileError, SandboxGoneError
from .inside.wire import CHUNK, ERROR, REQUEST, RESULT, Frames, WireError, frame, pack_map, unpack, unpack_map
from .protocol import FileEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType
    from typing import Self

__all__ = ["Channel", "entries", "failure", "mapping"]

_FILE_CODES = {"missing", "link", "folder", "special", "name", "denied", "large", "full"}
_CONTROL_SECONDS = 10.0


class Channel:
    """A request, and the frames that answer it; leaving the block cancels what is still going on.

    Args:
        control: The socket to the supervisor.
        request: The operation and its options.
        fate: Returns why the supervisor is gone, for messages.
        timeout: Seconds without any answer after which the supervisor is given up; None waits forever.

    Raises:
        SandboxGoneError: The supervisor has ended.
    """

    def __init__(
        self,
        control: socket.socket,
        request: Mapping[str, bytes],
        *,
        fate: Callable[[], str],
        timeout: float | None = None,
    ) -> None:
        self._fate = fate
        self._socket, theirs = socket.socketpair()
        self._frames = Frames()
        self._received: deque[tuple[bytes, bytes]] = deque()
        try:
            with theirs:
                socket.send_fds(control, [b"r"], [theirs.fileno()])
            self._socket.settimeout(timeout)
            self.send(REQUEST, pack_map(request))
        except OSError as error:
            self.close()
            raise self._gone() from error

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Send a frame; waits while the supervisor does not take it.

        Raises:
            SandboxGoneError: The supervisor has ended, or has answered already.
            SandboxError: It does not take anything.
        """
        try:
            self._socket.sendall(frame(kind, payload))
        except TimeoutError as error:
            raise _stuck() from error
        except OSError as error:
            raise self._gone() from error

    def receive(self) -> tuple[bytes, bytes]:
        """Return the next frame.

        Raises:
            SandboxGoneError: The supervisor has ended.
            SandboxError: It answers an error, nothing, or not as documented.
        """
        while not self._received:
            self._fill()
        kind, payload = self._received.popleft()
        if kind == ERROR:
            raise failure(payload)
        return kind, payload

    def receive_socket(self) -> socket.socket | None:
        """Return the next socket that is passed, or None at the end of the connection."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._socket, 1, 1)
        except OSError:
            return None
        return socket.socket(fileno=descriptors[0]) if data and descriptors else None

    def result(self) -> dict[str, bytes]:
        """Return the result, dropping other frames before it.

        Raises:
            SandboxGoneError: The supervisor has ended.
            SandboxError: It answers an error, nothing, or not as documented.
        """
        while True:
            kind, payload = self.receive()
            if kind == RESULT:
                return mapping(payload)

    def close(self) -> None:
        """Cancel the request, unless it has been answered."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for it
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _fill(self) -> None:
        try:
            data = self._socket.recv(CHUNK)
        except TimeoutError as error:
            raise _stuck() from error
        except OSError as error:
            raise self._gone() from error
        if not data:
            raise self._gone()
        try:
            self._received.extend(self._frames.feed(data))
        except WireError as error:
            raise SandboxError(f"the supervisor of the sandbox answered wrongly: {error}") from error

    def _gone(self) -> SandboxGoneError:
        return SandboxGoneError(f"the sandbox {self._fate()}")


def mapping(payload: bytes) -> dict[str, bytes]:
    """Return the mapping of a frame.

    Raises:
        SandboxError: It is not one.
    """
    try:
        return unpack_map(payload)
    except WireError as error:
        raise SandboxError(f"the supervisor of the sandbox answered wrongly: {error}") from error


def failure(payload: bytes) -> SandboxError:
    """Return the error that a frame describes."""
    found = mapping(payload)
    code = found.get("code", b"").decode(errors="replace")
    message = found.get("message", b"").decode(errors="backslashreplace")
    return SandboxFileError(message, code=code) if code in _FILE_CODES else SandboxError(message)


def entries(payload: bytes) -> Iterator[FileEntry]:
    """Yield the entries of a frame.

    Raises:
        SandboxError: They are not as documented.
    """
    try:
        for item in unpack(payload):
            path, kind, size, mode, modified, detail = unpack(item)
            text = os.fsdecode(detail) or None
            yield FileEntry(
                path=os.fsdecode(path),
                kind=kind.decode(),
                size=int(size),
                mode=int(mode),
                sha256=text if kind == b"file" else None,
                target=text if kind == b"link" else None,
                modified_at=int(modified) / 1e9,
            )
    except (WireError, ValueError) as error:
        raise SandboxError(f"the supervisor of the sandbox answered wrongly: {error}") from error


def _stuck() -> SandboxError:
    return SandboxError("the supervisor of the sandbox does not answer; destroy the sandbox")
