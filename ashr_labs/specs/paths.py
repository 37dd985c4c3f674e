"""Paths of a spec, which are in the workspace."""

from __future__ import annotations

from pathlib import PurePosixPath

from ..errors import ConfigurationError

__all__ = ["WORKSPACE", "workspace_path"]

WORKSPACE = "/workspace"
"""Where commands see the workspace."""


def workspace_path(path: str) -> str:
    """Return a path relative to the workspace, without `.` and double slashes; empty for the workspace itself.

    Args:
        path: A path relative to the workspace, or an absolute one that begins with `/workspace`.

    Raises:
        ConfigurationError: It leads out of the workspace.

    Examples:
        >>> workspace_path("/workspace/src//app.py")
        'src/app.py'
    """
    parts = PurePosixPath(path).parts
    if path.startswith("/"):
        parts = parts[2:] if parts[1:2] == (WORKSPACE[1:],) else ("..",)
    if ".." in parts or "\0" in path:
        raise ConfigurationError(f"a path must be relative, or below {WORKSPACE}, without `..`, got {path[:200]!r}")
    return "/".join(parts)
