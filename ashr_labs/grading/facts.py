"""What an answer tells: an expected text whole, or a few facts, however much else it says."""

from __future__ import annotations

import re

from ..comparators import tokenize

__all__ = ["contains", "tells"]

_MOST_WORDS = 5
_EDGES = ".,;:!?()[]{}\"'*_`$€£%"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_DECIMAL = re.compile(r"\d+\.\d+", re.ASCII)


def contains(actual: str, expected: str) -> bool:
    """Return whether the actual text holds the expected one whole, word for word; markup and case do not count."""
    if expected.strip() == actual.strip():
        return True
    words = tokenize(expected)
    return bool(words) and f" {' '.join(words)} " in f" {' '.join(tokenize(actual))} "


def tells(actual: str, expected: str) -> bool:
    """Return whether the actual text holds every word of an expected one of at most five words.

    Case, punctuation around words and the way of writing a number do not count: "$1,126.40" is "1126.4".
    """
    facts = _words(expected)
    return 0 < len(facts) <= _MOST_WORDS and facts <= _words(actual)


def _words(text: str) -> set[str]:
    words = (word.strip(_EDGES) for word in _THOUSANDS.sub("", text).casefold().split())
    return {word.rstrip("0").rstrip(".") if _DECIMAL.fullmatch(word) else word for word in words if word}
