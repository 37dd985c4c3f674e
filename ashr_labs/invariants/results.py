"""The result of an invariant."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from .._format import one_line, truncate

if TYPE_CHECKING:
    from .world import World

__all__ = ["MAX_MESSAGE", "Decision", "InvariantResult", "Status", "shown", "shown_value"]

Status: TypeAlias = Literal["passed", "failed", "not_judged", "error"]

_MOST_SHOWN = 200
MAX_MESSAGE = 1_000
"""Characters of a message."""


class Decision(NamedTuple):
    """The decision of a check."""

    passed: bool
    message: str
    """The expected and the actual state."""
    score: float | None = None
    """0..1; None for 1 if it passed, and 0 if it did not."""
    reason: str = ""
    """The reason that a judge gives."""


@dataclass(frozen=True, slots=True)
class InvariantResult:
    """The result of an invariant."""

    name: str
    status: Status
    """`passed` or `failed`; `not_judged` if no judge gave an opinion; `error` if the environment did not answer."""
    gate: bool
    weight: float
    score: float | None
    """0..1; None if it was not checked."""
    message: str
    """The expected and the actual state, or why it was not checked."""
    reason: str = ""
    """The reason that a judge gives."""
    description: str = ""

    @property
    def passed(self) -> bool:
        """Whether it was checked, and holds."""
        return self.status == "passed"

    def record(self) -> dict[str, Any]:
        """Return the result as JSON."""
        return {
            "name": self.name,
            "passed": self.passed,
            "status": self.status,
            "gate": self.gate,
            "weight": self.weight,
            "score": self.score,
            "message": self.message,
            "reason": self.reason,
        }


def shown_value(value: object, world: World) -> str:
    """Return a JSON value for a message: without secrets, and cut if it is long."""
    text = world.masked(json.dumps(value, ensure_ascii=False, default=str))
    return truncate(one_line(text), _MOST_SHOWN)


def shown(text: str, world: World) -> str:
    """Return text for a message: without secrets, quoted, on one line, and cut if it is long."""
    text = world.masked(text)
    if len(text) <= _MOST_SHOWN:
        return repr(text)
    return f"{text[:_MOST_SHOWN]!r}... ({len(text):,} characters)"
