"""The verdict on a tool call or on text."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from .._format import truncate
from .._json import preview
from .config import words_of
from .findings import LEVELS, Finding, Verdict
from .judge import NotJudgedError, ask_about_texts
from .texts import compare_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..run_result import ParsedCall, ParsedStep
    from .config import GradingConfig
    from .findings import Level
    from .judge import Judge
    from .texts import TextComparison

__all__ = ["TurnText", "judge_call", "judge_text"]

TextStatus: TypeAlias = Literal["exact", "similar", "divergent"]

_STATUSES: dict[str, TextStatus] = {"same": "exact", "similar": "similar", "different": "divergent"}
_MAX_SHOWN = 200
"""Characters of text in a reason."""


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


def judge_call(call: ParsedCall, turn_text: TurnText, config: GradingConfig) -> Verdict:
    """Compare an actual call with the expected one."""
    verdict = _judge_call(call, turn_text, config)
    return verdict._replace(is_read=True) if call.expected and config.is_read(call.expected) else verdict


def _judge_call(call: ParsedCall, turn_text: TurnText, config: GradingConfig) -> Verdict:
    if call.actual is None:
        if call.expected is None:
            return Verdict("mismatch", (Finding("failure", "the entry names no tool, so it cannot be graded"),))
        return _judge_missed(call.expected, turn_text, config)
    if call.expected is None:
        return _judge_unexpected(call.actual, call, config)
    if call.expected != call.actual:
        missed = _judge_missed(call.expected, turn_text, config)
        findings = (*missed.findings, _unexpected(call.actual, call.error, config))
        return Verdict("mismatch", findings, is_checked=True)
    if call.error is not None and not call.expects_error:
        level = LEVELS[config.strictness_of(call.expected)]
        name = f"{_strictness_name(call.expected, config)} tool {call.expected}"
        reason = f"the {name} failed: {truncate(call.error, _MAX_SHOWN)}"
        return Verdict("mismatch", (Finding(level, reason),), is_checked=True)
    return _judge_arguments(call.expected, call, config)


def judge_text(step: ParsedStep, config: GradingConfig, judge: Judge | None, *, is_opening: bool = False) -> Verdict:
    """Compare an agent's text with the expected one; an opening comes before any message of the user."""
    expected, actual = step.expected_text, step.actual_text
    if expected is None or actual is None:
        side = "expected_response" if expected is None else "actual_response"
        reason = f"{side} must hold text, got {preview(step.fields.get(side))}"
        return Verdict("divergent", (Finding("failure", reason),))
    if not expected.strip():
        return Verdict("exact", (Finding("note", "no text was expected, so none was compared"),), said=actual)
    if not actual.strip():
        return _judge_silence(expected, is_opening)
    by_rules = _judge_by_rules(expected, actual, config)
    if judge is None or expected.strip() == actual.strip():
        return by_rules
    return _ask(judge, expected, by_rules)


def _ask(judge: Judge, expected: str, by_rules: Verdict) -> Verdict:
    try:
        opinion = ask_about_texts(judge, expected, by_rules.said)
    except NotJudgedError as error:
        return by_rules._replace(findings=(*by_rules.findings, Finding("note", f"not judged: {error.message}")))
    reason = f"{judge.name} finds the text {opinion.answer}: {opinion.reason}"
    level: Level = "failure" if opinion.answer == "different" else "note"
    return by_rules._replace(status=_STATUSES[opinion.answer], findings=(Finding(level, reason),))


def _judge_silence(expected: str, is_opening: bool) -> Verdict:
    if is_opening:
        return Verdict("exact", (Finding("note", "no user had spoken to the agent yet, so no text was compared"),))
    reason = f"the agent said nothing, expected {_shown(expected)}"
    return Verdict("divergent", (Finding("failure", reason),), 0.0, is_checked=True)


def _judge_by_rules(expected: str, actual: str, config: GradingConfig) -> Verdict:
    found = compare_texts(expected, actual)
    level, status, reason = _text_finding(found, config)
    findings = (
        () if level is None else (Finding(level, f"{reason}; expected {_shown(expected)}, got {_shown(actual)}"),)
    )
    return Verdict(status, findings, found.similarity, actual, is_checked=True)


def _text_finding(found: TextComparison, config: GradingConfig) -> tuple[Level | None, TextStatus, str]:
    if found.similarity < config.similar:
        reason = f"the text differs: similarity {found.similarity:.2f} is below {config.similar:.2f}"
        return "failure", "divergent", reason
    if found.contradictions:
        return "failure", "divergent", f"the text contradicts: {truncate('; '.join(found.contradictions), _MAX_SHOWN)}"
    if found.missing:
        return "warning", "similar", f"the text does not mention {', '.join(map(preview, found.missing[:5]))}"
    if found.similarity < config.exact:
        return "warning", "similar", f"the text is similar ({found.similarity:.2f}), not the same"
    return None, "exact", ""


def _shown(text: str) -> str:
    return repr(truncate(" ".join(text.split()), _MAX_SHOWN))


def _judge_arguments(tool: str, call: ParsedCall, config: GradingConfig) -> Verdict:
    rules = config.arguments.of(tool)
    found = rules.differences(call.expected_arguments, call.actual_arguments)
    if not found:
        return Verdict("exact", is_checked=True)
    level = LEVELS[config.strictness_of(tool)]
    findings = (
        Finding("note" if rules.allows(one) else "warning" if one.kind == "near" else level, f"{tool}: {one.reason}")
        for one in found
    )
    return Verdict(rules.status(found), tuple(findings), is_checked=True)


def _judge_missed(tool: str, turn_text: TurnText, config: GradingConfig) -> Verdict:
    strictness = config.strictness_of(tool)
    if strictness == "optional" and turn_text.mentions(tool, config):
        reason = f"the optional tool {tool} was not called, but its purpose was reached in the text"
        return Verdict("partial", (Finding("note", reason),), is_checked=True)
    reason = f"the {_strictness_name(tool, config)} tool {tool} was not called"
    return Verdict("mismatch", (Finding(LEVELS[strictness], reason),), is_checked=True)


def _strictness_name(tool: str, config: GradingConfig) -> str:
    """Return the strictness of a tool for a message."""
    strictness = config.strictness_of(tool)
    return f"{strictness} (reading by its name)" if config.is_guessed(tool) else strictness


def _judge_unexpected(tool: str, call: ParsedCall, config: GradingConfig) -> Verdict:
    if call.is_allowed:
        return Verdict("exact", (Finding("note", f"the tool {tool} was not expected, which the run allows"),))
    return Verdict("mismatch", (_unexpected(tool, call.error, config),))


def _unexpected(tool: str, error: str | None, config: GradingConfig) -> Finding:
    if error is not None:
        reason = f"the tool {tool} was called unexpectedly and failed, so without side effects: "
        return Finding("note", reason + truncate(error, _MAX_SHOWN))
    if config.has_side_effects(tool):
        return Finding("failure", f"the tool {tool} was called unexpectedly, and counts as having side effects")
    why = ", and counts as reading by its name" if config.is_guessed(tool) else ", without side effects"
    return Finding("note", f"the tool {tool} was called unexpectedly{why}")
