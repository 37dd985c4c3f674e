"""Puts what was expected of the agent beside what it did: tool calls by what suits best, texts as they come."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ConfigurationError
from ..run_builder.entries import built_pair
from .assignment import assign, assign_by_rules
from .tool_calls import NONE_EXPECTED, NOT_CALLED, Call

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ashr_labs_types import ToolCallResult

    from ..grading.tool_rules import ArgumentPolicy

__all__ = ["CallPair", "Matching", "TextPair"]

_MODES = ("strict", "in_order", "any_order", "subset", "superset")
_SCOPES = ("turn", "scenario")


class CallPair(NamedTuple):
    """An expected call beside the actual one; compared literally when the result is built, unless judged before."""

    expected: Call
    actual: Call
    match_status: str | None = None
    divergence_notes: str | None = None

    def build(self) -> ToolCallResult:
        """Return the entry of `tool_calls`."""
        return built_pair(*self.expected, *self.actual, self.match_status, self.divergence_notes)


class TextPair(NamedTuple):
    """An expected text beside the actual one; `pending` leaves the judgement to the platform."""

    expected: str
    actual: str
    match_status: str = "pending"
    semantic_similarity: float | None = None
    divergence_notes: str | None = None


@dataclass(frozen=True, slots=True)
class Matching:
    """Which differences between the calls that were expected and those that were made count."""

    mode: str = "any_order"
    scope: str = "turn"
    arguments: ArgumentPolicy | None = None
    """By which rules the arguments of calls are compared; None for their literal values."""

    def __post_init__(self) -> None:
        for name, value, known in (("mode", self.mode, _MODES), ("scope", self.scope, _SCOPES)):
            if value not in known:
                raise ConfigurationError(f"tool_{name} must be one of {', '.join(known)}, not {value!r}")

    @property
    def is_ordered(self) -> bool:
        """Whether the order of the calls counts."""
        return self.mode in {"strict", "in_order"}

    @property
    def spans_turns(self) -> bool:
        """Whether a call may be made in another turn than it is expected in."""
        return self.scope == "scenario"

    def pairs(self, expected: Sequence[Call], actual: Sequence[Call]) -> tuple[list[CallPair], list[CallPair]]:
        """Return a pair for each expected call, in their order, and one for each call that nothing expected."""
        if len(expected) == len(actual) == 1 and expected[0].name == actual[0].name:  # as most often
            return [CallPair(expected[0], actual[0])], []
        if self.arguments is None:
            chosen = assign(expected, actual)
        else:
            chosen = assign_by_rules(expected, actual, self.arguments)
        late = _out_of_order(chosen) if self.is_ordered else frozenset[int]()
        pairs = [
            self._missed(call) if place not in chosen else self._paired(call, actual[chosen[place]], place in late)
            for place, call in enumerate(expected)
        ]
        taken = set(chosen.values())
        return pairs, [self._unexpected(call) for place, call in enumerate(actual) if place not in taken]

    def _paired(self, expected: Call, actual: Call, is_late: bool) -> CallPair:
        if not is_late:
            return CallPair(expected, actual)
        return CallPair(expected, actual, "mismatch", f"{expected.name} was called out of order")

    def _missed(self, call: Call) -> CallPair:
        if self.mode != "subset":
            return CallPair(call, NOT_CALLED)
        return CallPair(call, NOT_CALLED, "exact", f"{call.name} was not called, which subset allows")

    def _unexpected(self, call: Call) -> CallPair:
        if self.mode not in {"superset", "in_order"}:
            return CallPair(NONE_EXPECTED, call)
        return CallPair(NONE_EXPECTED, call, "exact", f"{call.name} was not expected, which {self.mode} allows")


def _out_of_order(chosen: Mapping[int, int]) -> frozenset[int]:
    """Return the fewest expected calls without which the others were made in the expected order."""
    tails: list[int] = []  # the smallest place at which a row of one more ordered calls may end
    at: list[int] = []
    before: dict[int, int | None] = {}
    for place in sorted(chosen):
        length = bisect_left(tails, chosen[place])
        tails[length : length + 1] = [chosen[place]]
        at[length : length + 1] = [place]
        before[place] = at[length - 1] if length else None
    kept: set[int] = set()
    last = at[-1] if at else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return frozenset(chosen.keys() - kept)
