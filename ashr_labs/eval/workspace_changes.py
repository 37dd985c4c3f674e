"""The changes that an agent made in the workspace of its environment, with the differences of small text files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .._format import truncate
from .._text_diff import MAX_COMPARED_BYTES, MAX_DIFF, compared_paths, decoded_text, unified_diffs
from ..invariants import WorldError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .handle_world import HandleWorld

__all__ = ["changes_record", "text_files"]


def text_files(world: HandleWorld) -> dict[str, str]:
    """Return the small text files of an environment by their paths; empty if its handle cannot list them."""
    if not (world.has("get_state") and world.has("diff")):
        return {}
    files: Mapping[str, Any] = world.call("get_state").files
    small = compared_paths({path: state.size for path, state in files.items()})
    return {path: text for path in small if (text := _text_of(path, world)) is not None}


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
    difference = unified_diffs(paths, before, partial(_text_of, world=world))
    return {**paths, "diff": truncate(world.masked(difference), MAX_DIFF)} if difference else dict(paths)


def _text_of(path: str, world: HandleWorld) -> str | None:
    """Return the content of a small text file; None if it is not one."""
    try:
        return decoded_text(world.read(path, limit=MAX_COMPARED_BYTES))
    except WorldError:
        return None
