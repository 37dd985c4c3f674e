"""Files that are left out of bundles: a list of defaults, and the patterns of `.ashrignore`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DEFAULT_IGNORED", "IGNORE_FILE", "Ignored"]

IGNORE_FILE: Final = ".ashrignore"
"""The file of a folder with further patterns; it is left out as well."""
DEFAULT_IGNORED: Final = (
    ".git",
    ".hg",
    ".svn",
    "node_modules",
    "__pycache__",
    "*.pyc",
    ".venv",
    "venv",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".tox",
    ".DS_Store",
    ".env",
    IGNORE_FILE,
)
_MAX_PATTERN = 500
_WILDCARDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class _Pattern(NamedTuple):
    expression: re.Pattern[str]
    of_folders: bool
    """Whether it matches folders only."""
    keeps: bool
    """Whether the pattern is negated, and includes again what an earlier one ignored."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Ignore patterns; the last match wins, as in a `.gitignore`."""

    patterns: tuple[_Pattern, ...]

    @classmethod
    def from_lines(cls, lines: Iterable[str] = ()) -> Ignored:
        """Return the defaults, followed by the patterns of some lines.

        A pattern without `/` matches names in all folders, one with `/` paths from the folder that is packed; `*` and
        `?` do not match `/`, `**` does. A final `/` matches folders only; `!` keeps what an earlier line leaves out;
        empty lines and those that begin with `#` do not count.

        Raises:
            ConfigurationError: A line is too long.

        Example:
            >>> ignored = Ignored.from_lines(["/data/*.csv", "!.env"])
            >>> [ignored.matches(path) for path in ("data/a.csv", "data/b/c.csv", ".env", "src/.git")]
            [True, False, False, True]
        """
        texts = (line.strip() for line in lines)
        given = [text for text in texts if text and not text.startswith("#")]
        return cls(tuple(map(_pattern, [*DEFAULT_IGNORED, *given])))

    def matches(self, path: str, *, is_folder: bool = False) -> bool:
        """Return True if a path is ignored. Callers skip the contents of ignored folders."""
        for pattern in reversed(self.patterns):
            if (is_folder or not pattern.of_folders) and pattern.expression.fullmatch(path):
                return not pattern.keeps
        return False


def _pattern(text: str) -> _Pattern:
    if len(text) > _MAX_PATTERN:
        raise ConfigurationError(f"a line of {IGNORE_FILE} must have at most {_MAX_PATTERN} characters")
    keeps, of_folders = text.startswith("!"), text.endswith("/")
    inner = text.removeprefix("!").removesuffix("/")
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", inner.removeprefix("/"))
    expression = "".join(_WILDCARDS.get(part) or re.escape(part) for part in parts)
    prefix = "" if "/" in inner else "(?:.*/)?"
    return _Pattern(re.compile(prefix + expression, re.DOTALL), of_folders, keeps)
