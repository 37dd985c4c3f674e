"""The tools of the built-in agent: files and commands of the workspace."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from .values import mapping

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TOOLS", "Tool", "ToolError", "use"]

MAX_OUTPUT = 30_000
"""Characters of a result."""
_MAX_PRINTED = MAX_OUTPUT - 100
"""Bytes that are kept of what a command prints; the rest is counted."""
_MAX_FILE = 10 << 20
_MAX_LINES = 2000
_MAX_LISTED = 1000
_SECONDS, _MAX_SECONDS = 120.0, 600.0
_SKIPPED = {".git", "node_modules", "__pycache__", ".venv", ".ashr"}


class ToolError(Exception):
    """The reason why a tool failed, in words for the model."""


class Tool(NamedTuple):
    """A tool of the model."""

    name: str
    description: str
    schema: dict[str, Any]
    run: Callable[[dict[str, Any]], str]
    reads_only: bool = False
    """Whether it changes nothing."""


def use(tool: Tool, given: Any) -> tuple[str, bool]:
    """Run a tool, and return its output, and whether it failed."""
    try:
        _check(tool.schema, given)
        return _shortened(tool.run(given)), False
    except ToolError as error:
        return _shortened(str(error)), True
    except (OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}", True


def _check(schema: dict[str, Any], given: Any) -> None:
    """Refuse arguments that are missing, unknown, or of another simple type."""
    if not isinstance(given, dict):
        raise ToolError(f"the arguments must be an object, got {type(given).__name__}")
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in given:
            raise ToolError(f"`{name}` is missing")
    for name, value in mapping(given).items():
        if name not in known and schema.get("additionalProperties") is False:
            raise ToolError(f"`{name}` is not an argument; there are {', '.join(known)}")
        kind = known.get(name, {}).get("type")
        wanted = _TYPES.get(kind) if isinstance(kind, str) else None
        if wanted and (not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))):
            raise ToolError(f"`{name}` must be of the type {kind}, got {value!r:.100}")


_TYPES: dict[str, type] = {"string": str, "integer": int, "boolean": bool}


def _read(given: dict[str, Any]) -> str:
    lines = _text(given["file_path"]).splitlines()
    first, count = max(1, given.get("offset", 1)), given.get("limit", _MAX_LINES)
    shown = [f"{number}\t{line}" for number, line in enumerate(lines[first - 1 : first - 1 + count], first)]
    rest = len(lines) - (first - 1 + len(shown))
    more = [f"({rest} more lines; read on with offset={first + len(shown)})"] if rest > 0 else []
    return "\n".join([*shown, *more]) or "(the file is empty)"


def _write(given: dict[str, Any]) -> str:
    path = Path(given["file_path"])
    existed = path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(given["content"], "utf-8", newline="")
    return f"{path} was {'replaced' if existed else 'created'}"


def _edit(given: dict[str, Any]) -> str:
    path, old, new = Path(given["file_path"]), given["old_string"], given["new_string"]
    text = _text(path, strict=True)
    found = text.count(old) if old else 0
    if not found:
        raise ToolError("`old_string` is not in the file; read it, and pass its exact text")
    if found > 1 and not given.get("replace_all"):
        raise ToolError(f"`old_string` is there {found} times; pass more of the text around it, or `replace_all`")
    path.write_text(text.replace(old, new), "utf-8", newline="")
    return f"{found} replaced in {path}" if found > 1 else f"{path} was changed"


def _glob(given: dict[str, Any]) -> str:
    root = Path(given.get("path", "."))
    if not root.is_dir():
        raise ToolError(f"{root} is not a folder")
    pattern = given.get("pattern", "**/*")
    if Path(pattern).is_absolute() or not pattern:
        raise ToolError("`pattern` must be relative, such as **/*.py; pass the folder as `path`")
    files = (path for path in root.glob(pattern) if path.is_file() and _SKIPPED.isdisjoint(path.parts))
    found = [str(path) for path in itertools.islice(files, _MAX_LISTED + 1)]
    more = [f"(more than {_MAX_LISTED}; pass a narrower pattern)"] if len(found) > _MAX_LISTED else []
    return "\n".join([*sorted(found[:_MAX_LISTED]), *more]) or "(no files)"


def _bash(given: dict[str, Any]) -> str:
    seconds = min(given.get("timeout", _SECONDS * 1000) / 1000, _MAX_SECONDS)
    process = subprocess.Popen(
        ["/bin/sh", "-c", given["command"]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    output = _Output(process.stdout)
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        _kill(process)
        raise ToolError(f"{output.text()}\n(ended after {seconds:g} seconds)") from None
    except BaseException:
        _kill(process)
        raise
    text = output.text()
    if code:
        raise ToolError(f"{text}\n(exit code {code})".lstrip())
    return text or "(no output)"


class _Output:
    """Reads output in a thread: its beginning is kept, the rest is dropped."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._kept = b""
        self._count = 0
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def text(self) -> str:
        """Return what was printed; what a process in the background prints later is not waited for."""
        self._thread.join(0.5)
        more = f"\n({self._count - len(self._kept)} more bytes)" if self._count > len(self._kept) else ""
        return self._kept.decode("utf-8", "replace").rstrip("\n") + more

    def _read(self, stream: Any) -> None:
        with stream:
            while data := os.read(stream.fileno(), 1 << 16):
                self._count += len(data)
                self._kept += data[: _MAX_PRINTED - len(self._kept)]


def _kill(process: subprocess.Popen[bytes]) -> None:
    for number, seconds in ((signal.SIGTERM, 1.0), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        until = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
    process.wait()


def _text(given: str | Path, *, strict: bool = False) -> str:
    path = Path(given)
    if not path.is_file():
        raise ToolError(f"there is no file {path}")
    if path.stat().st_size > _MAX_FILE:
        raise ToolError(f"{path} has {path.stat().st_size} bytes, and at most {_MAX_FILE} are read")
    with path.open(encoding="utf-8", errors="strict" if strict else "replace", newline="") as file:
        return file.read()


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_OUTPUT else f"{text[:MAX_OUTPUT]}\n({len(text) - MAX_OUTPUT} more characters)"


def _tool(
    run: Callable[[dict[str, Any]], str], name: str, description: str, required: str, optional: str = "", **more: Any
) -> Tool:
    """Return a tool whose arguments are named as `name`, or `name:type`."""
    properties: dict[str, Any] = {}
    for argument in f"{required} {optional}".split():
        key, _, kind = argument.partition(":")
        properties[key] = {"type": kind or "string"}
    names = [argument.partition(":")[0] for argument in required.split()]
    schema = {"type": "object", "properties": properties, "required": names, "additionalProperties": False}
    return Tool(name, description, schema, run, **more)


TOOLS = (
    _tool(
        _read,
        "Read",
        f"Read a text file with line numbers. At most {_MAX_LINES} lines, from the line `offset`, which begins at 1.",
        "file_path",
        "offset:integer limit:integer",
        reads_only=True,
    ),
    _tool(_write, "Write", "Create or replace a text file; missing folders are made.", "file_path content"),
    _tool(
        _edit,
        "Edit",
        "Replace `old_string`, which must be in the file exactly once, or anywhere with `replace_all`.",
        "file_path old_string new_string",
        "replace_all:boolean",
    ),
    _tool(
        _glob,
        "Glob",
        "List files by a pattern such as **/*.py, relative to the folder `path`.",
        "",
        "pattern path",
        reads_only=True,
    ),
    _tool(
        _bash,
        "Bash",
        "Run a shell command in the workspace, and return what it prints. It ends after `timeout` milliseconds, "
        f"which defaults to {_SECONDS * 1000:.0f}, and is at most {_MAX_SECONDS * 1000:.0f}.",
        "command",
        "timeout:integer",
    ),
)
