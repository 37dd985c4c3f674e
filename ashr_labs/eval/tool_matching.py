"""Matching of expected and actual tool calls: modes, scope and the pairs that result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .._format import suggestion
from ..alignment import align_calls, align_calls_by, out_of_order
from ..errors import ConfigurationError
from ..run_builder.records import built_pair
from ..scenarios.tool_calls import NONE_EXPECTED, NOT_CALLED, CallRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ashr_labs_types import ToolCallResult

    from ..grading.rules import ArgumentRules

__all__ = ["CallPair", "TextPair", "ToolCallMatcher"]

_MODES = ("strict", "in_order", "any_order", "subset", "superset")
_SCOPES = ("turn", "scenario")


class CallPair(NamedTuple):
    """An expected call with the actual one; without a status it is compared literally when the result is built."""

    expected: CallRecord
    actual: CallRecord
    match_status: str | None = None
    divergence_notes: str | None = None

    def build(self) -> ToolCallResult:
        """Return the entry of `tool_calls`."""
        return built_pair(*self.expected, *self.actual, self.match_status, self.divergence_notes)


class TextPair(NamedTuple):
    """An expected text with the actual one; the platform judges it if the status is `pending`."""

    expected: str
    actual: str
    match_status: str = "pending"
    semantic_similarity: float | None = None
    divergence_notes: str | None = None


@dataclass(frozen=True, slots=True)
class ToolCallMatcher:
    """Pairs expected with actual calls; the mode decides which differences count."""

    mode: str = "any_order"
    scope: str = "turn"
    """Whether a call must be made in the `turn` that expects it, or anywhere in the `scenario`."""
    arguments: ArgumentRules | None = None
    """The rules for arguments; None compares them literally."""

    def __post_init__(self) -> None:
        for name, value, known in (("mode", self.mode, _MODES), ("scope", self.scope, _SCOPES)):
            if value not in known:
                hint = suggestion(value, known)
                raise ConfigurationError(f"tool_{name} must be one of {', '.join(known)}, got {value!r}{hint}")

    @property
    def is_ordered(self) -> bool:
        """True if the order of the calls counts."""
        return self.mode in {"strict", "in_order"}

    def pairs(
        self, expected: Sequence[CallRecord], actual: Sequence[CallRecord]
    ) -> tuple[list[CallPair], list[CallPair]]:
        """Return a pair for each expected call, in order, and one for each unexpected call."""
        if len(expected) == len(actual) == 1 and expected[0].name == actual[0].name:  # the common case
            return [CallPair(expected[0], actual[0])], []
        if not expected or not actual:
            return [self._missing(call) for call in expected], [self._unexpected(call) for call in actual]
        if self.arguments is None:
            chosen = align_calls(expected, actual)
        else:
            chosen = align_calls_by(self.arguments, expected, actual)
        late = out_of_order(chosen) if self.is_ordered else frozenset[int]()
        pairs = [
            self._missing(call) if index not in chosen else self._paired(call, actual[chosen[index]], index in late)
            for index, call in enumerate(expected)
        ]
        taken = set(chosen.values())
        return pairs, [self._unexpected(call) for index, call in enumerate(actual) if index not in taken]

    def _paired(self, expected: CallRecord, actual: CallRecord, is_late: bool) -> CallPair:
        if not is_late:
            return CallPair(expected, actual)
        return CallPair(expected, actual, "mismatch", f"{expected.name} was called out of order")

    def _missing(self, call: CallRecord) -> CallPair:
        if self.mode != "subset":
            return CallPair(call, NOT_CALLED)
        return CallPair(call, NOT_CALLED, "exact", f"{call.name} was not called, which subset allows")

    def _unexpected(self, call: CallRecord) -> CallPair:
        if self.mode not in {"superset", "in_order"}:
            return CallPair(NONE_EXPECTED, call)
        return CallPair(NONE_EXPECTED, call, "exact", f"{call.name} was not expected, which {self.mode} allows")
