"""Formatting of messages: truncated and single-line text, counted nouns, suggestions for unknown names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["counted", "missing_key", "one_line", "suggestion", "truncate"]

_MAX_NAME = 200
"""Characters; the time for matching grows with the square of the length."""
_SHORT_NAME = 4
"""Letters; a name of fewer letters is misspelt only in its case and separators."""
_LONG_NAME = 8
"""Letters; in a name of this many letters or more, two may be wrong."""


def truncate(text: str, limit: int) -> str:
    """Return the text, cut to `limit` characters and followed by `...` if it is longer."""
    return text if len(text) <= limit else f"{text[:limit]}..."


def one_line(text: str) -> str:
    """Return the text on one line, without control characters."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return the number with its noun: `1 scenario`, `2 scenarios`.

    Args:
        number: How many there are.
        noun: The singular.
        plural: The plural where it is not the singular with an `s`.
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def suggestion(name: object, known: Iterable[str], *, only_misspelt: bool = False) -> str:
    """Return `; did you mean 'x'?` for the known name closest to an unknown one, or an empty string.

    Args:
        name: The unknown name.
        known: The known names.
        only_misspelt: Whether to suggest only a name that was certainly meant, where other names are allowed: one that
            differs in case, separators, or one letter (two, if it is long).
    """
    if not isinstance(name, str) or len(name) > _MAX_NAME:
        return ""
    names = list(known)
    meant = next((one for one in names if _is_misspelt(name, one)), None)
    if meant is None and not only_misspelt:
        from difflib import get_close_matches  # noqa: PLC0415 - needed for messages only

        by_lower = {one.lower(): one for one in names}
        close = get_close_matches(name.lower(), by_lower, n=1)
        meant = by_lower[close[0]] if close else None
    return "" if meant is None else f"; did you mean {meant!r}?"


def missing_key(name: str, given: Iterable[object]) -> str:
    """Return `; did you mean 'name' by 'nmae'?` for a given key that is a misspelt required one, or an empty string."""
    key = next((one for one in given if one != name and suggestion(one, (name,), only_misspelt=True)), None)
    return "" if key is None else f"; did you mean {name!r} by {key!r}?"


def _is_misspelt(name: str, known: str) -> bool:
    left, right = _letters(name), _letters(known)
    if left == right:
        return True
    allowed = 2 if len(right) >= _LONG_NAME else 1
    if len(right) < _SHORT_NAME or abs(len(left) - len(right)) > allowed:
        return False
    if len(left) == len(right) and left[1:] == right[1:]:
        return False  # another first letter makes another word: text and next, name and game
    return _edits(left, right) <= allowed


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def _edits(left: str, right: str) -> int:
    """Return how many letters have to be added, left out, replaced or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(right, 1):
            best = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                best = min(best, last[j - 2] + 1)
            row.append(best)
    return row[-1]
