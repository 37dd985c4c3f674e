"""The size of a page: texts of users and agents are cut when there is no more room for them."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

__all__ = ["Budget", "Cut"]

_PAGE = 150_000
"""Bytes of HTML for texts; the elements around them take as much again at most."""


class Cut(NamedTuple):
    """The part of a string that a page shows."""

    text: str
    left_out: int = 0
    """Characters that were cut off."""

    @property
    def is_long(self) -> bool:
        """Whether it is shown collapsed."""
        return len(self.text) > 1_200 or self.text.count("\n") > 24


class Budget:
    """The remaining size of a page.

    Args:
        size: Bytes of HTML for texts.
    """

    def __init__(self, size: int = _PAGE) -> None:
        self._left = size

    @property
    def is_used_up(self) -> bool:
        """Whether only the beginnings of texts have room."""
        return self._left <= 0

    def cut(self, text: str, limit: int = 4_000) -> Cut:
        """Return a string, cut to a number of characters and to what is left; one that is cut keeps 40 at least."""
        limit = min(limit, max(40, self._left))
        shown = text[:limit]
        self._left -= len(escape(shown).encode("utf-8", "replace")) + 80  # with the elements around it
        return Cut(shown, len(text) - len(shown))
