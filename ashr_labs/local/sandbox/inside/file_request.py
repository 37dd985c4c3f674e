"""One request about files as a program, for sandboxes in which no supervisor runs.

It is run with the names and values of the request as arguments; the content of a file that is written is its standard
input, and the answer on its standard output has the frames that a supervisor sends.
"""

from __future__ import annotations

import os
import sys

from .files import FileError, Workspace
from .wire import CHUNK, ERROR, RESULT, frame, pack_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["main"]


class Output:
    """Writes frames to the standard output, as a connection of the supervisor does to its socket."""

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Write a frame."""
        sys.stdout.buffer.write(frame(kind, payload))

    def finish(self, result: Mapping[str, bytes]) -> None:
        """Write the last frame."""
        self.send(RESULT, pack_map(result))


def main(arguments: list[str]) -> None:
    """Carry out a request: the workspace, `read`, `write`, `delete` or `list`, a path in hex, and numbers."""
    root, operation, path, *numbers = arguments
    output = Output()
    try:
        _act(Workspace(root), output, operation, bytes.fromhex(path), [int(number) for number in numbers])
    except FileError as error:
        output.send(ERROR, pack_map({"code": error.code.encode(), "message": os.fsencode(str(error))}))
    except OSError as error:
        output.send(ERROR, pack_map({"code": b"failed", "message": os.fsencode(str(error))}))
    sys.stdout.buffer.flush()


def _act(workspace: Workspace, output: Output, operation: str, path: bytes, numbers: list[int]) -> None:
    if operation == "read":
        for _ in workspace.read(path, numbers[0], output):
            pass
    elif operation == "list":
        for _ in workspace.list(output):
            pass
    elif operation == "write":
        _write(workspace, path, size=numbers[0], mode=numbers[1] if len(numbers) > 1 else None)
        output.finish({})
    else:
        workspace.delete(path)
        output.finish({})


def _write(workspace: Workspace, path: bytes, *, size: int, mode: int | None) -> None:
    """Write the standard input to a file, if it has the size that was announced."""
    upload = workspace.upload(path, mode)
    try:
        while data := sys.stdin.buffer.read(CHUNK):
            size -= len(data)
            upload.write(data)
        if size:
            raise FileError("failed", "the content was cut off")
        upload.commit()
    finally:
        upload.close()
