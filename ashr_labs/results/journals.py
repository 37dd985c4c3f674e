"""What a run that keeps a journal has played so far, finished or cut off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from .._json import as_object
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["JournalContent", "is_journal", "journal_content"]

_LONGEST_HEADER = 4_000


class JournalContent(NamedTuple):
    """The tests in a journal."""

    tests: Sequence[Mapping[str, Any]]
    samples: int
    """How many tests there are when everything is played."""


def is_journal(content: bytes) -> bool:
    """Tell whether a file is a journal: its first line says so."""
    first = content[:_LONGEST_HEADER].partition(b"\n")[0]
    return "journal" in _object_of(first)


def journal_content(content: bytes, name: str) -> JournalContent:
    """Return the tests in a journal; of one that was played again, the last.

    A last line that is not whole is what the run was writing when it was cut off, and is left out.

    Raises:
        ConfigurationError: Another line is damaged.
    """
    header, *lines = content[: content.rfind(b"\n") + 1].splitlines() or [content]
    tests: dict[tuple[object, object], Mapping[str, Any]] = {}
    for number, line in enumerate(lines, 2):
        entry = _object_of(line)
        test = as_object(entry.get("test"))
        if test is None:
            raise ConfigurationError(f"line {number} of the journal {name} is damaged; the run must be played again")
        tests[str(entry.get("scenario")), entry.get("repeat")] = test
    samples = _object_of(header).get("samples")
    return JournalContent(list(tests.values()), samples if isinstance(samples, int) else len(tests))


def _object_of(line: bytes) -> Mapping[str, Any]:
    try:
        return as_object(json.loads(line)) or {}
    except (ValueError, RecursionError):
        return {}
