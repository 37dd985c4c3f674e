"""The words in which two texts differ."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import NamedTuple

__all__ = ["Piece", "marked"]

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_MAX_WORDS = 600
"""Words of a string; the time grows with the product of both."""


class Piece(NamedTuple):
    """Part of a string."""

    text: str
    differs: bool


def marked(expected: str, actual: str) -> tuple[list[Piece], list[Piece]]:
    """Return both texts in pieces that are in the other one, and pieces that are not."""
    left, right = _WORDS.findall(expected), _WORDS.findall(actual)
    if expected == actual or not left or not right or len(left) > _MAX_WORDS or len(right) > _MAX_WORDS:
        return [Piece(expected, False)], [Piece(actual, False)]
    pieces: tuple[list[Piece], list[Piece]] = ([], [])
    for tag, begin, end, other_begin, other_end in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        sides = ("".join(left[begin:end]), "".join(right[other_begin:other_end]))
        for side, text in zip(pieces, sides, strict=True):
            if text:
                side.append(Piece(text, tag != "equal"))
    return pieces
