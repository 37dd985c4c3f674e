"""The result of an invariant."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from .._format import one_line, truncate
from .._records import Record

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


@dataclass
class InvariantResult(Record):
    """The result of an invariant, or of a scorer that counts as one."""

    name: str = ""
    passed: bool = False
    """Whether it was evaluated, and holds."""
    gate: bool = False
    """Whether the scenario fails if it does not pass."""
    weight: float = 0.0
    """Its share of the composite score."""
    score: float = 0.0
    """0..1; 0 if it could not be evaluated."""
    message: str = ""
    """The expected and the actual state."""
    reason: str = ""
    """The explanation of a judge."""
    error: str = ""
    """Why it could not be evaluated; it has no score then."""
    status: Status | Literal[""] = ""
    """`passed` or `failed`; `not_judged` if no judge gave an opinion; `error` if the environment did not answer; empty
    for scores."""

    def record(self) -> dict[str, Any]:
        """Return the result as the tests of a run have it: without a score, this is null."""
        return {
            "name": self.name,
            "passed": self.passed,
            "status": self.status,
            "gate": self.gate,
            "weight": self.weight,
            "score": None if self.error else self.score,
            "message": self.error or self.message,
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
