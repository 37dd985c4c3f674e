"""The sentinel for an argument that was not given, where None is a value of its own."""

from __future__ import annotations

import enum
from typing import Final, Literal

__all__ = ["UNSET", "Unset"]


class Unset(enum.Enum):
    """The type of `UNSET`."""

    # An enumeration with one member, so that type checkers narrow `value is UNSET` (PEP 484).
    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""An argument that was not given: the current value is kept. None, where it is allowed, clears the value."""
