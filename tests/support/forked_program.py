"""The `ashr-labs` program in processes that are forked from one that has its modules.

Starting Python and importing takes most of the time of a command. A forked process is one of its own otherwise: with
its arguments, environment, folder, streams and exit code.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import socket
import subprocess
import sys
from functools import cache
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["run_forked"]

_MODULES: Final = ("cli._main", "cli._eval_report", "eval", "results", "local.instances", "local.platform")
_MAX_REQUEST: Final = 1 << 20
_SECONDS: Final = 60


def run_forked(
    program: str, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> tuple[int, bytes, bytes]:
    """Run the program without input; return its exit code, -N if signal N ended it, and its output.

    Raises:
        TimeoutError: It took longer than a minute.
    """
    asked = {"argv": [program, *arguments], "folder": str(folder), "environment": dict(environment)}
    with Path(os.devnull).open("rb") as stdin, _memory_file() as stdout, _memory_file() as stderr:
        streams = [stdin.fileno(), stdout.fileno(), stderr.fileno()]
        connection = _server()
        try:
            socket.send_fds(connection, [json.dumps(asked).encode()], streams)
            code = connection.recv(_MAX_REQUEST)
        except TimeoutError:
            connection.close()
            _server.cache_clear()
            raise
        return int(code), _content(stdout), _content(stderr)


def _memory_file() -> Any:
    return os.fdopen(os.memfd_create("output"), "w+b", buffering=0)


def _content(file: Any) -> bytes:
    file.seek(0)
    content: bytes = file.read()
    return content


@cache
def _server() -> socket.socket:
    """Return the connection to a process that forks; it ends with the connection."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(_SECONDS)
    with theirs:
        command = [sys.executable, __file__, str(theirs.fileno())]
        server = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd="/")
    atexit.register(_stop, server, ours)
    return ours


def _stop(server: subprocess.Popen[bytes], connection: socket.socket) -> None:
    connection.close()
    server.wait()


def _serve(connection: socket.socket) -> None:
    """Fork for each request, and answer with the exit code; return in the forked process, prepared for the program."""
    sys.modules["httpx._main"] = None  # type: ignore[assignment]  # as the program does
    for module in _MODULES:
        import_module(f"ashr_labs.{module}")
    gc.freeze()
    while True:
        message, streams, _, _ = socket.recv_fds(connection, _MAX_REQUEST, 3)
        if not message:
            os._exit(0)
        child = os.fork()
        if child == 0:
            connection.close()
            _become(json.loads(message), streams)
            return
        for stream in streams:
            os.close(stream)
        connection.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _become(asked: dict[str, Any], streams: Sequence[int]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = _text(0)
    sys.stdout = _text(1)
    sys.stderr = _text(2, errors="backslashreplace", line_buffering=True)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.argv = asked["argv"]
    sys.path[0] = str(Path(sys.argv[0]).parent)


def _text(stream: int, **options: Any) -> TextIOWrapper:
    return TextIOWrapper(os.fdopen(stream, "rb" if stream == 0 else "wb", closefd=False), **options)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
    from ashr_labs.cli import main

    sys.exit(main())
