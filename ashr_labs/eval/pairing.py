"""Puts what was expected of the agent beside what it did: tool calls by name, texts as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..comparators import compare_args_structural
from .calls import NONE_EXPECTED, NOT_CALLED, Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ashr_labs_types import ActionResult, ToolCallResult

__all__ = ["CallPair", "CallPool", "TextPair", "pair_calls"]


class CallPair(NamedTuple):
    """An expected call beside the actual one; compared literally when the result is built, unless judged before."""

    expected: Call
    actual: Call
    match_status: str | None = None
    divergence_notes: str | None = None

    def build(self) -> ToolCallResult:
        """Return the entry of `tool_calls`."""
        expected, actual = self.expected.build(), self.actual.build()
        status, comparison = compare_args_structural(expected, actual)
        return {
            "expected": expected,
            "actual": actual,
            "match_status": self.match_status or status,
            "divergence_notes": self.divergence_notes,
            "argument_comparison": comparison,
        }


class TextPair(NamedTuple):
    """An expected text beside the actual one; `pending` leaves the judgement to the platform."""

    expected: str
    actual: str
    match_status: str = "pending"
    semantic_similarity: float | None = None
    divergence_notes: str | None = None

    def build(self, action_index: int) -> ActionResult:
        """Return the entry of `action_results`."""
        built: ActionResult = {
            "actor": "agent",
            "action_type": "text",
            "action_index": action_index,
            "expected_response": {"text": self.expected},
            "actual_response": {"text": self.actual},
            "match_status": self.match_status,
            "divergence_notes": self.divergence_notes,
        }
        if self.semantic_similarity is not None:
            built["semantic_similarity"] = self.semantic_similarity
        return built


class CallPool:
    """The calls of the agent's current answer that nothing expected so far."""

    def __init__(self, calls: Sequence[Call] = ()) -> None:
        self._left = dict(enumerate(calls))
        self._places: dict[str, list[int]] = {}
        """Where the calls of a name stand, the first one last: the end of a list is the cheap one to take from."""
        for place in range(len(calls) - 1, -1, -1):
            self._places.setdefault(calls[place].name, []).append(place)

    def take(self, name: str) -> Call | None:
        """Take the first call of that name; None if there is none."""
        places = self._places.get(name)
        return self._left.pop(places.pop()) if places else None

    def take_all(self) -> Iterator[Call]:
        """Take what is left, in the order in which the agent made it."""
        left, self._left, self._places = self._left, {}, {}
        return iter(left.values())


def pair_calls(expected: Iterable[Call], pool: CallPool, *, is_last: bool) -> Iterator[CallPair]:
    """Yield each expected call beside the first actual one of its name, then the calls that nothing expected.

    Args:
        expected: The calls that one action expects.
        pool: The calls to choose from; what is chosen leaves it.
        is_last: False when the next action expects something of the same answer, and so may take what is left.
    """
    for call in expected:
        yield CallPair(call, pool.take(call.name) or NOT_CALLED)
    if is_last:
        for call in pool.take_all():
            yield CallPair(NONE_EXPECTED, call)
