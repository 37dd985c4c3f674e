"""Checks of files: whether they exist, and what they contain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..specs.paths import workspace_path
from .patterns import found_in
from .results import Decision, shown
from .world import WorldFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .world import World

__all__ = ["check_absent", "check_content", "check_exists"]

_MAX_BYTES = 16 * 1024 * 1024
"""Bytes of a file whose content is checked."""


def check_exists(check: Mapping[str, Any], world: World) -> Decision:
    """Decide `file_exists`: there is a regular file by that name."""
    path = workspace_path(check["path"])
    try:
        world.read(path, limit=1)
    except WorldFileError as error:
        if error.code != "large":
            return Decision(False, f"{path} must exist, but {error.message}")
    return Decision(True, f"{path} exists")


def check_absent(check: Mapping[str, Any], world: World) -> Decision:
    """Decide `file_absent`: there is nothing by that name."""
    path = workspace_path(check["path"])
    try:
        world.read(path, limit=1)
    except WorldFileError as error:
        if error.code == "missing":
            return Decision(True, f"{path} does not exist")
    return Decision(False, f"{path} must not exist, but does")


def check_content(check: Mapping[str, Any], world: World) -> Decision:
    """Decide `file_content`: all conditions that are given hold."""
    path = workspace_path(check["path"])
    try:
        content = world.read(path, limit=_MAX_BYTES)
    except WorldFileError as error:
        if error.code == "large":
            raise
        return Decision(False, f"{path} must be a file, but {error.message}")
    text = content.decode("utf-8", "replace")
    wrong = list(_wrong(check, text, world))
    if wrong:
        return Decision(False, f"{path} must {' and '.join(wrong)}; it is {shown(text, world)}")
    return Decision(True, f"{path} has the content")


def _wrong(check: Mapping[str, Any], text: str, world: World) -> Iterator[str]:
    """Yield the conditions that do not hold."""
    if (wanted := check.get("contains")) is not None and wanted not in text:
        yield f"contain {shown(wanted, world)}"
    if (unwanted := check.get("not_contains")) is not None and unwanted in text:
        line = text.count("\n", 0, text.index(unwanted)) + 1
        yield f"not contain {shown(unwanted, world)}, which is in line {line}"
    if (pattern := check.get("pattern")) is not None and not found_in(pattern, text):
        yield f"match the pattern {shown(pattern, world)}"
