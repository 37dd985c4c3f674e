"""The changes that an agent made in the workspace of its environment, with the differences of small text files."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from .._format import truncate
from ..invariants import WorldError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .handle_world import HandleWorld

__all__ = ["changes_record", "text_files"]

_MAX_FILES = 50
_MAX_BYTES = 32 * 1024
"""Bytes of a file whose lines are compared."""
_MAX_DIFF = 8 * 1024
"""Characters of all differences."""
_HIDDEN = (".git/", "node_modules/", "__pycache__/", ".venv/")


def text_files(world: HandleWorld) -> dict[str, str]:
    """Return the small text files of an environment by their paths; empty if its handle cannot list them."""
    if not (world.has("get_state") and world.has("diff")):
        return {}
    files: Mapping[str, Any] = world.call("get_state").files
    small = [path for path, state in files.items() if state.size <= _MAX_BYTES and _is_shown(path)]
    return {path: text for path in sorted(small)[:_MAX_FILES] if (text := _text_of(path, world)) is not None}


def changes_record(world: HandleWorld, before: Mapping[str, str]) -> dict[str, Any] | None:
    """Return what has changed as a test has it; None if the environment cannot tell.

    Args:
        world: The environment, after the agent is done.
        before: Its text files, when it was ready.
    """
    if not world.has("diff"):
        return None
    try:
        found = world.changes()
    except WorldError as error:
        return {"error": world.masked(error.message)}
    paths = {"added": [*found.added], "removed": [*found.removed], "modified": [*found.modified]}
    difference = "".join(_differences(paths, before, world))
    return {**paths, "diff": truncate(world.masked(difference), _MAX_DIFF)} if difference else dict(paths)


def _differences(paths: Mapping[str, list[str]], before: Mapping[str, str], world: HandleWorld) -> Iterator[str]:
    """Yield the unified differences of the text files."""
    changed = [(kind, path) for kind in ("modified", "added", "removed") for path in paths[kind] if _is_shown(path)]
    for kind, path in changed[:_MAX_FILES]:
        old = "" if kind == "added" else before.get(path)
        new = "" if kind == "removed" else _text_of(path, world)
        if old is not None and new is not None:
            lines = difflib.unified_diff(old.splitlines(), new.splitlines(), f"a/{path}", f"b/{path}", lineterm="")
            yield from (f"{line}\n" for line in lines)


def _is_shown(path: str) -> bool:
    return not any(f"/{path}".find(f"/{folder}") >= 0 for folder in _HIDDEN)


def _text_of(path: str, world: HandleWorld) -> str | None:
    """Return the content of a small text file; None if it is not one."""
    try:
        content = world.read(path, limit=_MAX_BYTES)
        return None if b"\0" in content else content.decode()
    except (WorldError, UnicodeDecodeError):
        return None
