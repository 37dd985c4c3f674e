"""The faults of a spec, with their places in its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._format import counted
from ..errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .yaml_document import Document, Path

__all__ = ["Fault", "SpecFault", "error_of", "placed"]

_MOST_SHOWN = 5


class Fault(NamedTuple):
    """A fault of a value, before it is placed in the text."""

    path: Path
    message: str


class SpecFault(NamedTuple):
    """A fault of a spec."""

    message: str
    """The fault, and how to fix it."""
    path: str
    """The place in the spec, such as `services[0].image`; empty for the text as a whole."""
    line: int
    """Number of the line, from 1."""
    column: int
    """Number of the character in the line, from 1."""

    def __str__(self) -> str:
        return f"line {self.line}, {self.path}: {self.message}" if self.path else f"line {self.line}: {self.message}"


def placed(document: Document, fault: Fault) -> SpecFault:
    """Return a fault with its place in the text."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault.path)
    return SpecFault(fault.message, path.removeprefix("."), *document.position(fault.path))


def error_of(faults: Sequence[SpecFault]) -> SpecError:
    """Return the error for one or more faults: placed at the first, and with the next ones in its message."""
    first, *others = faults
    shown = [first.message, *map(str, others[: _MOST_SHOWN - 1])]
    if (more := len(faults) - _MOST_SHOWN) > 0:
        shown.append(f"and {counted(more, 'more fault')}")
    return SpecError("; ".join(shown), path=first.path, line=first.line, column=first.column)
