"""The verdict on one tool call or one text of a run, with its reasons in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .._json import as_object, preview
from ..comparators import text_similarity
from .calls import actual_tool, arguments_of, expected_tool
from .config import words_of
from .facts import contains, tells
from .judge import NotJudgedError, compare_texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .config import GradingPolicy, Strictness
    from .judge import Judge

__all__ = ["LEVELS", "Finding", "Speech", "Verdict", "judge_call", "judge_text"]

Level: TypeAlias = Literal["failure", "warning", "note"]

TextStatus: TypeAlias = Literal["exact", "similar", "divergent"]

_STATUSES: dict[str, TextStatus] = {"same": "exact", "similar": "similar", "different": "divergent"}
LEVELS: dict[Strictness, Level] = {"required": "failure", "expected": "warning", "optional": "note"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason, and how much it matters: only a failure fails the test."""

    level: Level
    reason: str

    def __str__(self) -> str:
        return self.reason if self.level == "failure" else f"{self.level}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one tool call or text."""

    status: Literal["exact", "partial", "mismatch", "similar", "divergent"]
    findings: tuple[Finding, ...] = ()
    similarity: float | None = None
    """From 0 to 1; None where no texts were compared."""
    said: str = ""
    """The agent's own words, of a text."""
    tool: str | None = None
    """The tool that was called, of a call."""
    is_unexpected: bool = False
    """Whether nothing was expected in the place of a call."""

    def fields(self) -> dict[str, Any]:
        """Return what goes into the entry that was judged."""
        return {"match_status": self.status, "divergence_notes": "; ".join(map(str, self.findings)) or None}


class Speech:
    """All that the agent said in one turn."""

    def __init__(self, texts: Sequence[Verdict]) -> None:
        self._texts = texts

    def reaches(self, tool: str, policy: GradingPolicy) -> bool:
        """Return whether it does in words what the tool is for."""
        if any(text.similarity and text.status != "divergent" for text in self._texts):
            return True
        purpose = policy.purpose_of(tool)
        return bool(purpose) and 2 * len(purpose & self._words) >= len(purpose)

    @cached_property
    def _words(self) -> frozenset[str]:
        return words_of(" ".join(text.said for text in self._texts))


def judge_call(call: Mapping[str, object], speech: Speech, policy: GradingPolicy) -> Verdict:
    """Judge an entry of `tool_calls`: an expected call beside the actual one."""
    wanted, made = expected_tool(call), actual_tool(call)
    if wanted is not None and wanted == made:
        return _judge_arguments(wanted, call, policy)
    if wanted is not None and made is None:
        return _judge_missed(wanted, speech, policy)
    if made is None:
        return Verdict("mismatch", (Finding("failure", "the entry names no tool, so it cannot be graded"),))
    unexpected = _unexpected(made, policy)
    if wanted is None:
        return Verdict("mismatch", (unexpected,), tool=made, is_unexpected=True)
    return Verdict("mismatch", (*_judge_missed(wanted, speech, policy).findings, unexpected))


def judge_text(action: Mapping[str, object], policy: GradingPolicy, *, is_opening: bool = False) -> Verdict:
    """Judge an agent's text beside the expected one; an opening comes before anybody spoke to the agent."""
    expected, actual = _text(action.get("expected_response")), _text(action.get("actual_response"))
    if expected is None or actual is None:
        side = "expected_response" if expected is None else "actual_response"
        return Verdict("divergent", (Finding("failure", f"{side} holds no text but {preview(action.get(side))}"),))
    if not expected.strip():
        return Verdict("exact", (Finding("note", "no text was expected, so none was compared"),), said=actual)
    if not actual.strip():
        return _judge_silence(expected, is_opening)
    holds = contains(actual, expected) or tells(actual, expected)
    similarity = 1.0 if holds else text_similarity(expected, actual)
    by_rules = _judge_similarity(similarity, actual, policy)
    if policy.judge is None or expected.strip() == actual.strip():
        return by_rules
    return _asked(policy.judge, expected, by_rules)


def _asked(judge: Judge, expected: str, by_rules: Verdict) -> Verdict:
    try:
        opinion = compare_texts(judge, expected, by_rules.said)
    except NotJudgedError as error:
        return replace(by_rules, findings=(*by_rules.findings, Finding("note", f"not judged: {error.message}")))
    reason = f"{judge.name} finds the text {opinion.answer}: {opinion.reason}"
    level: Level = "failure" if opinion.answer == "different" else "note"
    return replace(by_rules, status=_STATUSES[opinion.answer], findings=(Finding(level, reason),))


def _judge_similarity(similarity: float, actual: str, policy: GradingPolicy) -> Verdict:
    if similarity >= policy.exact:
        return Verdict("exact", (), similarity, actual)
    if similarity >= policy.similar:
        reason = f"similarity {similarity:.2f}, exact from {policy.exact:.2f}"
        return Verdict("similar", (Finding("note", reason),), similarity, actual)
    reason = f"the text is another one: similarity {similarity:.2f} is below {policy.similar:.2f}"
    return Verdict("divergent", (Finding("failure", reason),), similarity, actual)


def _judge_silence(expected: str, is_opening: bool) -> Verdict:
    if is_opening:
        return Verdict("exact", (Finding("note", "nobody had spoken to the agent yet, so no text was compared"),))
    return Verdict("divergent", (Finding("failure", f"the agent said nothing, expected {preview(expected)}"),), 0.0)


def _judge_arguments(tool: str, call: Mapping[str, object], policy: GradingPolicy) -> Verdict:
    level = LEVELS[policy.strictness_of(tool)]
    rules = policy.arguments.of(tool)
    found = rules.differences(arguments_of(call.get("expected")), arguments_of(call.get("actual")))
    findings = (
        Finding("note" if rules.allows(one) else "warning" if one.kind == "near" else level, f"{tool}: {one.reason}")
        for one in found
    )
    return Verdict(rules.status(found), tuple(findings), tool=tool)


def _judge_missed(tool: str, speech: Speech, policy: GradingPolicy) -> Verdict:
    strictness = policy.strictness_of(tool)
    if strictness == "optional" and speech.reaches(tool, policy):
        reason = f"the optional tool {tool} was not called, but its purpose was reached in the text"
        return Verdict("partial", (Finding("note", reason),))
    return Verdict("mismatch", (Finding(LEVELS[strictness], f"the {strictness} tool {tool} was not called"),))


def _unexpected(tool: str, policy: GradingPolicy) -> Finding:
    if policy.has_side_effects(tool):
        return Finding("failure", f"the tool {tool} was called unexpectedly, and counts as having side effects")
    return Finding("note", f"the tool {tool} was called unexpectedly, without side effects")


def _text(side: object) -> str | None:
    fields = as_object(side)
    text = side if fields is None else fields.get("text")
    if text is None:
        return ""
    return text if isinstance(text, str) else None
