"""Names of files in a workspace."""

from __future__ import annotations

import os

from .errors import SandboxFileError

__all__ = ["workspace_path"]

_MAX_PATH = 4096


def workspace_path(path: str, *, workspace: str) -> bytes:
    """Return a path relative to the workspace; `.` and repeated slashes are left out.

    Args:
        path: Relative, or absolute and inside of the workspace.
        workspace: Where commands see the workspace.

    Raises:
        SandboxFileError: It is empty, too long, has a NUL, goes up by `..`, or leads elsewhere.
    """
    if len(path) > _MAX_PATH or "\0" in path:
        raise SandboxFileError(
            f"`path` must have at most {_MAX_PATH} characters and no NUL, got {path[:80]!r}", code="name"
        )
    parts, root = _parts(path), _parts(workspace)
    if path.startswith("/"):
        parts, root = parts[len(root) :], parts[: len(root)]
    if root != _parts(workspace) or ".." in parts:
        raise SandboxFileError(f"`path` must be inside of {workspace}, got {path!r}", code="name")
    if not parts:
        raise SandboxFileError(f"`path` must name a file, got {path!r}", code="name")
    return os.fsencode("/".join(parts))


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in {"", "."}]
