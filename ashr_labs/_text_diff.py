"""Unified differences of small text files."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["MAX_COMPARED_BYTES", "MAX_COMPARED_FILES", "MAX_DIFF", "compared_paths", "decoded_text", "unified_diffs"]

MAX_COMPARED_BYTES: Final = 32 * 1024
"""Bytes of a file whose lines are compared."""
MAX_COMPARED_FILES: Final = 50
MAX_DIFF: Final = 8 * 1024
"""Characters of all differences, after which they are cut."""
_HIDDEN = (".git/", "node_modules/", "__pycache__/", ".venv/")


def compared_paths(sizes: Mapping[str, int]) -> list[str]:
    """Return the paths whose content is kept for a comparison: small files, without those that tools make.

    Args:
        sizes: The bytes of each file by its path.
    """
    return sorted(path for path, size in sizes.items() if size <= MAX_COMPARED_BYTES and _is_shown(path))[
        :MAX_COMPARED_FILES
    ]


def decoded_text(content: bytes) -> str | None:
    """Return the content of a small text file; None if it is not one.

    Examples:
        >>> decoded_text(b"total: 3"), decoded_text(bytes(1))
        ('total: 3', None)
    """
    if len(content) > MAX_COMPARED_BYTES or b"\0" in content:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def unified_diffs(
    paths: Mapping[str, Sequence[str]], before: Mapping[str, str], read: Callable[[str], str | None]
) -> str:
    r"""Return the differences of the text files among those that have changed.

    Args:
        paths: The paths that were `added`, `removed` and `modified`.
        before: The former texts.
        read: Returns the present text of a file; None if it is not a small text file.

    Examples:
        >>> print(unified_diffs({"modified": ["a.txt"]}, {"a.txt": "old\n"}, lambda path: "new\n"), end="")
        --- a/a.txt
        +++ b/a.txt
        @@ -1 +1 @@
        -old
        +new
    """
    return "".join(_diffs(paths, before, read))


def _diffs(
    paths: Mapping[str, Sequence[str]], before: Mapping[str, str], read: Callable[[str], str | None]
) -> Iterator[str]:
    changed = [
        (kind, path) for kind in ("modified", "added", "removed") for path in paths.get(kind, ()) if _is_shown(path)
    ]
    for kind, path in changed[:MAX_COMPARED_FILES]:
        old = "" if kind == "added" else before.get(path)
        new = "" if kind == "removed" else read(path)
        if old is not None and new is not None:
            lines = difflib.unified_diff(old.splitlines(), new.splitlines(), f"a/{path}", f"b/{path}", lineterm="")
            yield from (f"{line}\n" for line in lines)


def _is_shown(path: str) -> bool:
    return not any(f"/{path}".find(f"/{folder}") >= 0 for folder in _HIDDEN)
