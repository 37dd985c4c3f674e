"""The verdict on a tool call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from .config import words_of
from .findings import LEVELS, Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..run_result import CallRecord
    from .config import GradingConfig

__all__ = ["JudgedCall", "TurnText", "forgive_retries", "judge_call"]


class TurnText:
    """The agent's words in one turn."""

    def __init__(self, texts: Sequence[Verdict]) -> None:
        self._texts = texts

    def mentions(self, tool: str, config: GradingConfig) -> bool:
        """Return True if the text serves the purpose of a tool."""
        if any(text.similarity and text.status != "divergent" for text in self._texts):
            return True
        purpose = config.purpose_of(tool)
        return bool(purpose) and 2 * len(purpose & self._words) >= len(purpose)

    @cached_property
    def _words(self) -> frozenset[str]:
        return words_of(" ".join(text.said for text in self._texts))


@dataclass(frozen=True, slots=True)
class JudgedCall:
    """An entry of `tool_calls` with its verdict."""

    entry: object
    """A `CallRecord`, or the value that could not be read."""
    verdict: Verdict | None
    """None if the entry could not be read."""
    action: int
    """The index of the action; the order of calls within an action is not recorded."""


def judge_call(call: CallRecord, turn_text: TurnText, config: GradingConfig) -> Verdict:
    """Compare an actual call with the expected one."""
    if call.expected is not None and call.expected == call.actual:
        return _judge_arguments(call.expected, call, config)
    if call.expected is not None and call.actual is None:
        return _judge_missed(call.expected, turn_text, config)
    if call.actual is None:
        return Verdict("mismatch", (Finding("failure", "the entry names no tool, so it cannot be graded"),))
    unexpected = _unexpected(call.actual, config)
    if call.expected is None:
        return Verdict("mismatch", (unexpected,), tool=call.actual, is_unexpected=True)
    return Verdict("mismatch", (*_judge_missed(call.expected, turn_text, config).findings, unexpected))


def forgive_retries(calls: Sequence[JudgedCall]) -> list[JudgedCall]:
    """Downgrade an unexpected call to a note if the same tool is called correctly in this or a later action."""
    last: dict[str, int] = {}
    for call in calls:
        if call.verdict and call.verdict.status == "exact" and call.verdict.tool is not None:
            last[call.verdict.tool] = call.action
    return [_forgiven(call, last) for call in calls]


def _forgiven(call: JudgedCall, last: Mapping[str, int]) -> JudgedCall:
    verdict = call.verdict
    if verdict is None or not verdict.is_unexpected or call.action > last.get(verdict.tool or "", -1):
        return call
    reason = f"the tool {verdict.tool} was called unexpectedly, and as expected in the same action or later"
    return replace(call, verdict=replace(verdict, findings=(Finding("note", reason),)))


def _judge_arguments(tool: str, call: CallRecord, config: GradingConfig) -> Verdict:
    level = LEVELS[config.strictness_of(tool)]
    rules = config.arguments.of(tool)
    found = rules.differences(call.expected_arguments, call.actual_arguments)
    findings = (
        Finding("note" if rules.allows(one) else "warning" if one.kind == "near" else level, f"{tool}: {one.reason}")
        for one in found
    )
    return Verdict(rules.status(found), tuple(findings), tool=tool)


def _judge_missed(tool: str, turn_text: TurnText, config: GradingConfig) -> Verdict:
    strictness = config.strictness_of(tool)
    if strictness == "optional" and turn_text.mentions(tool, config):
        reason = f"the optional tool {tool} was not called, but its purpose was reached in the text"
        return Verdict("partial", (Finding("note", reason),))
    return Verdict("mismatch", (Finding(LEVELS[strictness], f"the {strictness} tool {tool} was not called"),))


def _unexpected(tool: str, config: GradingConfig) -> Finding:
    if config.has_side_effects(tool):
        return Finding("failure", f"the tool {tool} was called unexpectedly, and counts as having side effects")
    return Finding("note", f"the tool {tool} was called unexpectedly, without side effects")
