"""Commands and files of sandboxes that engines reach through an API."""

from __future__ import annotations

import threading
import time
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

from .channel import entries, failure, mapping
from .errors import SandboxError, SandboxFileError
from .inside.wire import DATA, ERROR, RESULT, Frames, WireError
from .paths import workspace_path
from .protocol import CommandResult, FileEntry, Listing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["RemoteFiles", "RemoteProcess", "program_of", "run_to_end"]

_TIMED_OUT = 124
_FILE_SECONDS = 60.0
_MAX_ENTRIES = 250_000
_MAX_SHOWN = 300
_LOADER = """
import sys, types
sys.modules["inside"] = types.ModuleType("inside")
sys.modules["inside"].__path__ = []
for name, source in zip(("wire", "files", "file_request"), sys.argv[1:]):
    module = sys.modules["inside." + name] = types.ModuleType("inside." + name)
    module.__package__ = "inside"
    exec(compile(source, name, "exec"), module.__dict__)
module.main(sys.argv[4:])
"""
"""Runs the modules that are given as arguments: nothing of them is a file of the sandbox."""


class RemoteProcess(Protocol):
    """A program in a sandbox that an API has started."""

    @property
    def timed_out(self) -> bool:
        """Whether it was killed because its time was over."""
        ...

    def write(self, data: bytes) -> None:
        """Send standard input."""
        ...

    def close_stdin(self) -> None:
        """End standard input."""
        ...

    def output(self, until: float | None = None) -> Iterator[tuple[str, bytes]]:
        """Yield what is printed; at `until`, on the clock of `time.monotonic`, it is killed."""
        ...

    def wait(self) -> int:
        """Return the exit code."""
        ...

    def close(self) -> None:
        """Kill it, if it runs."""
        ...


def run_to_end(
    process: RemoteProcess, *, stdin: bytes, timeout: float | None, started: float, output_limit: int
) -> CommandResult:
    """Send the input of a program, read its output, and return how it ended.

    Args:
        process: The program.
        stdin: Its whole input.
        timeout: Seconds after `started` at which it is killed; None waits for its end.
        started: When it was started, on the clock of `time.monotonic`.
        output_limit: Bytes of each stream that are kept.
    """
    threading.Thread(target=_feed, args=(process, stdin), daemon=True).start()
    kept = {"stdout": bytearray(), "stderr": bytearray()}
    sizes = dict.fromkeys(kept, 0)
    try:
        for name, data in process.output(None if timeout is None else started + timeout):
            kept[name] += data[: max(0, output_limit - len(kept[name]))]
            sizes[name] += len(data)
        code = process.wait()
    finally:
        process.close()
    return CommandResult(
        exit_code=_TIMED_OUT if process.timed_out else code,
        stdout=bytes(kept["stdout"]),
        stderr=bytes(kept["stderr"]),
        duration=time.monotonic() - started,
        timed_out=process.timed_out,
        stdout_bytes=sizes["stdout"],
        stderr_bytes=sizes["stderr"],
    )


def _feed(process: RemoteProcess, stdin: bytes) -> None:
    process.write(stdin)
    process.close_stdin()


class RemoteFiles:
    """The files of a workspace, by programs of Python in the sandbox that follow no link.

    Args:
        spawn: Starts a program.
        workspace: Where it finds the workspace.
    """

    def __init__(self, spawn: Callable[[Sequence[str]], RemoteProcess], workspace: str) -> None:
        self._spawn = spawn
        self._workspace = workspace

    def read(self, path: str, *, limit: int) -> bytes:
        """Return the content of a file."""
        content = bytearray()
        for data in self._ask("read", self._path(path), limit):
            content += data
            if len(content) > limit:
                raise SandboxFileError(f"{path!r}: more than {limit} bytes were sent", code="large")
        return bytes(content)

    def write(self, path: str, content: bytes, *, mode: int | None) -> None:
        """Write a file at once or not at all."""
        numbers = [len(content)] if mode is None else [len(content), mode & 0o777]
        for _ in self._ask("write", self._path(path), *numbers, stdin=content):
            pass

    def delete(self, path: str) -> None:
        """Remove a file, or a link itself."""
        for _ in self._ask("delete", self._path(path)):
            pass

    def list(self) -> Listing:
        """Return all entries of the workspace with their checksums."""
        counts: dict[str, bytes] = {}
        found: list[FileEntry] = []
        for data in self._ask("list", b"", result=counts):
            found += entries(data)
            if len(found) > _MAX_ENTRIES:
                raise SandboxFileError(f"the workspace has more than {_MAX_ENTRIES} entries", code="large")
        found.sort(key=lambda entry: entry.path)
        return Listing(tuple(found), int(counts.get("unreadable", 0)), int(counts.get("too_deep", 0)))

    def _ask(
        self, operation: str, path: bytes, *numbers: int, stdin: bytes = b"", result: dict[str, bytes] | None = None
    ) -> Iterator[bytes]:
        """Yield the data of an answer; raise its error, or one if it is not complete."""
        names = ("wire.py", "files.py", "file_request.py")
        sources = [files("ashr_labs.local.sandbox.inside").joinpath(name).read_text("utf-8") for name in names]
        request = [self._workspace, operation, path.hex(), *map(str, numbers)]
        process = self._spawn(["python3", "-I", "-S", "-c", _LOADER, *sources, *request])
        threading.Thread(target=_feed, args=(process, stdin), daemon=True).start()
        said = bytearray()
        try:
            for kind, payload in _received(process, said):
                if kind == DATA:
                    yield payload
                elif kind == ERROR:
                    raise failure(payload)
                elif kind == RESULT:
                    (result if result is not None else {}).update(mapping(payload))
                    return
        except WireError as error:
            raise SandboxError(f"the sandbox answered wrongly about its files: {error}") from error
        finally:
            process.close()
        raise SandboxError(
            f"the files of the sandbox cannot be reached, which needs `python3` in it: "
            f"{said.decode('utf-8', 'replace').strip() or 'no answer'}"
        )

    def _path(self, path: str) -> bytes:
        return workspace_path(path, workspace=self._workspace)


def _received(process: RemoteProcess, said: bytearray) -> Iterator[tuple[bytes, bytes]]:
    """Yield the frames on the standard output of a program; the end of its standard error is added to `said`."""
    frames = Frames()
    for name, data in process.output(time.monotonic() + _FILE_SECONDS):
        if name == "stdout":
            yield from frames.feed(data)
        else:
            said += data
            del said[:-_MAX_SHOWN]


def program_of(command: str | Sequence[str]) -> list[str]:
    """Return the arguments of a command: a line for `sh -c`, or a program that is found as the shell finds it."""
    return ["/bin/sh", "-c", command] if isinstance(command, str) else ["/bin/sh", "-c", 'exec "$@"', "sh", *command]
