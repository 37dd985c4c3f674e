"""The steps of a test as a page shows them: expected beside actual, with the differences marked."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..._json import as_list, as_object, is_number
from ..._unset import UNSET
from ...run_result import ParsedCall, ParsedTest
from ...tool_call import result_of
from .budget import Budget
from .formats import duration_text, money_text, value_text
from .word_marks import Piece, marked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ...results.runs import Sample
    from ...run_result import ParsedStep
    from .budget import Cut

__all__ = ["Argument", "Step", "Transcript", "transcript"]

_KINDS = {"all": None, "messages": ("user", "agent"), "calls": ("call",), "wrong": ()}
_MAX_STEPS = 120
_MAX_ARGUMENTS = 40
_RIGHT = ("exact", "similar")
"""Match statuses of steps that are as expected."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a tool call on both sides; None where a side does not have it."""

    name: str
    expected: Cut | None
    actual: Cut | None
    differs: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A message, or a tool call."""

    number: int
    kind: str
    """`user`, `agent`, `call` or `other`."""
    label: str
    status: str = ""
    """Match status, such as `exact` or `divergent`; empty if the event is not compared."""
    is_wrong: bool = False
    text: Cut | None = None
    expected: tuple[Piece, ...] = ()
    actual: tuple[Piece, ...] = ()
    left_out: int = 0
    is_pair: bool = False
    """Whether expected and actual are shown beside each other."""
    arguments: tuple[Argument, ...] = ()
    more_arguments: int = 0
    result: Cut | None = None
    error: Cut | None = None
    note: Cut | None = None
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """The steps of a test that fit on a page."""

    steps: tuple[Step, ...]
    total: int
    """Number of steps that the filter shows."""
    first_wrong: int | None
    """Number of the first step that is not as expected, on this page or not."""
    next_start: int | None
    """Where the next page begins."""


@dataclass(slots=True)
class _Reader:
    budget: Budget
    turns: Mapping[object, str]
    reasons: tuple[str, ...]
    number: int = field(default=0)

    def steps(self, record: Mapping[str, Any]) -> Iterator[Step]:
        for parsed in ParsedTest.read(record).steps or ():
            yield from self.step(parsed)

    def step(self, step: ParsedStep) -> Iterator[Step]:
        if step.calls is not None:
            for call in step.calls:
                yield self.call(call)
        elif step.is_text:
            yield self.reply(step)
        else:
            yield self.message(step)

    def call(self, call: object) -> Step:
        self.number += 1
        if not isinstance(call, ParsedCall):
            return Step(self.number, "call", "tool call", "unreadable", True, self.budget.cut(value_text(call)))
        status = str(call.fields.get("match_status") or "")[:40]
        sides = [_arguments(one) for one in (call.expected_arguments, call.actual_arguments)]
        names = list(dict.fromkeys([*sides[0], *sides[1]]))
        shown = [
            self.argument(name, *sides, compares=bool(call.expected and call.actual)) for name in names[:_MAX_ARGUMENTS]
        ]
        result = result_of(as_object(call.fields.get("actual")) or {})
        return Step(
            self.number,
            "call",
            _call_label(call),
            status,
            status not in _RIGHT,
            is_pair=status not in _RIGHT and bool(call.expected and call.actual),
            arguments=tuple(shown),
            more_arguments=len(names) - len(shown),
            result=None if result is UNSET else self.budget.cut(value_text(result), 3_000),
            error=None if call.error is None else self.budget.cut(call.error, 2_000),
            note=self.note(call.fields),
        )

    def argument(
        self, name: str, expected: Mapping[str, Any], actual: Mapping[str, Any], *, compares: bool
    ) -> Argument:
        sides = [
            self.budget.cut(value_text(side[name]), 1_000) if name in side else None for side in (expected, actual)
        ]
        differs = compares and _canonical(expected.get(name, UNSET)) != _canonical(actual.get(name, UNSET))
        return Argument(name[:100], sides[0], sides[1], differs)

    def reply(self, step: ParsedStep) -> Step:
        self.number += 1
        status = str(step.fields.get("match_status") or "")[:40]
        expected, actual = (self.budget.cut(text or "") for text in (step.expected_text, step.actual_text))
        is_pair = bool(expected.text) and expected.text != actual.text
        left, right = marked(expected.text, actual.text) if is_pair else (list[Piece](), [Piece(actual.text, False)])
        similarity = step.fields.get("semantic_similarity")
        return Step(
            self.number,
            "agent",
            "Agent",
            status,
            status == "divergent",
            expected=tuple(left),
            actual=tuple(right),
            left_out=max(expected.left_out, actual.left_out),
            is_pair=is_pair,
            note=self.note(step.fields),
            facts=f"similarity {similarity:.2f}" if is_number(similarity) and is_pair else "",
        )

    def message(self, step: ParsedStep) -> Step:
        self.number += 1
        fields = step.fields
        said = fields.get("text") or fields.get("content") or fields.get("file_path")
        text = value_text(said if said is not None else (step.value if not fields else ""))
        actor = str(fields.get("actor") or "step")[:40]
        return Step(
            self.number,
            "user" if step.is_user else "other",
            actor.capitalize(),
            text=self.budget.cut(text),
            facts=self.turns.get(fields.get("action_index"), ""),
        )

    def note(self, fields: Mapping[str, Any]) -> Cut | None:
        """Return why a step differs, unless a reason of the verdict says so."""
        text = str(fields.get("divergence_notes") or "")
        return None if not text or any(text in reason for reason in self.reasons) else self.budget.cut(text, 600)


def transcript(sample: Sample, budget: Budget, *, show: str = "all", start: int = 0) -> Transcript:
    """Return the steps of a test.

    Args:
        sample: The test.
        budget: The size that is left of the page.
        show: `all`, `messages`, `calls` or `wrong`.
        start: How many of the shown steps to skip.
    """
    reader = _Reader(budget, _turns(sample.record), sample.reasons)
    steps: list[Step] = []
    total, first_wrong, next_start = 0, None, None
    for step in reader.steps(sample.record):
        first_wrong = step.number if first_wrong is None and step.is_wrong else first_wrong
        if not _is_shown(step, show):
            continue
        total += 1
        if next_start is not None or total <= start:
            continue
        steps.append(step)
        if len(steps) >= _MAX_STEPS or reader.budget.is_used_up:
            next_start = total
            reader.budget = Budget(0)  # the others are counted only
    return Transcript(tuple(steps), total, first_wrong, next_start if next_start != total else None)


def _is_shown(step: Step, show: str) -> bool:
    kinds = _KINDS[show]
    return step.is_wrong if show == "wrong" else kinds is None or step.kind in kinds


def _call_label(call: ParsedCall) -> str:
    expected, actual = ((name or "")[:120] for name in (call.expected, call.actual))
    if expected and actual:
        return actual if expected == actual else f"{expected} → {actual}"
    return f"{expected}: not called" if expected else actual if call.is_allowed else f"{actual}: not expected"


def _arguments(given: object) -> Mapping[str, Any]:
    fields = as_object(given)
    return fields if fields is not None else {} if given is None else {"arguments": given}


def _canonical(value: object) -> str:
    return "" if value is UNSET else json.dumps(value, sort_keys=True, default=str)


def _turns(record: Mapping[str, Any]) -> dict[object, str]:
    """Return how long and how much the reply to each message took, by the index of the message."""
    turns = [as_object(turn) or {} for turn in as_list(record.get("turns")) or ()]
    return {index: _turn_text(turn) for turn in turns if isinstance(index := turn.get("action_index"), int)}


def _turn_text(turn: Mapping[str, Any]) -> str:
    cost = (as_object(turn.get("usage")) or {}).get("cost_usd")
    facts = [f"answered in {duration_text(turn['latency_ms'])}"] if is_number(turn.get("latency_ms")) else []
    return " · ".join([*facts, *([money_text(cost)] if is_number(cost) else [])])
