"""Formatting of messages: truncated and single-line text, counted nouns, suggestions for unknown names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["counted", "one_line", "suggestion", "truncate"]

_MAX_NAME = 200
"""Characters; the time for matching grows with the square of the length."""


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


def suggestion(name: object, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return `; did you mean 'x'?` for the known name closest to an unknown one, or an empty string.

    Args:
        name: The unknown name.
        known: The known names.
        cutoff: The minimum similarity, 0 to 1.
    """
    if not isinstance(name, str) or len(name) > _MAX_NAME:
        return ""
    from difflib import get_close_matches  # noqa: PLC0415 - needed for messages only

    by_lower = {one.lower(): one for one in known}
    close = get_close_matches(name.lower(), by_lower, n=1, cutoff=cutoff)
    return f"; did you mean {by_lower[close[0]]!r}?" if close else ""
