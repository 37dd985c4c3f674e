"""JSON in the replies of language models, which often surround it with prose or Markdown. Pure and linear."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .._json import is_object, refuse_constant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

__all__ = ["json_objects"]

_DECODER = json.JSONDecoder(parse_constant=refuse_constant)


def json_objects(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield the outermost JSON objects of a reply, and nothing from inside of malformed or unfinished ones.

    >>> list(json_objects('Sure: {"score": 1, "detail": {"a": 2}}. Done.'))
    [{'score': 1, 'detail': {'a': 2}}]
    >>> list(json_objects('{"detail": {"score": 1}, "sco'))
    []
    """
    position = text.find("{")
    while position >= 0:
        try:
            value, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            end = _end_of_braces(text, position)
        else:
            if is_object(value):
                yield value
        position = text.find("{", end)


def _end_of_braces(text: str, start: int) -> int:
    """Return the index after the brace that closes the one at `start`, or the length of the text."""
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] == "{") - (text[index] == "}")
        if depth == 0:
            return index + 1
    return len(text)
