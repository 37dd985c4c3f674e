"""The verdict on a text: exact, similar or divergent."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from .._json import preview
from ..comparators import text_similarity, tokenize
from .findings import Finding, Verdict
from .judge import NotJudgedError, compare_texts

if TYPE_CHECKING:
    from ..run_result import StepRecord
    from .config import GradingConfig
    from .findings import Level
    from .judge import Judge

__all__ = ["judge_text"]

TextStatus: TypeAlias = Literal["exact", "similar", "divergent"]

_STATUSES: dict[str, TextStatus] = {"same": "exact", "similar": "similar", "different": "divergent"}
_MAX_FACTS = 5
_EDGES = ".,;:!?()[]{}\"'*_`$€£%"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_DECIMAL = re.compile(r"\d+\.\d+", re.ASCII)


def judge_text(step: StepRecord, config: GradingConfig, judge: Judge | None, *, is_opening: bool = False) -> Verdict:
    """Compare an agent's text with the expected one; an opening comes before any message of the user."""
    expected, actual = step.expected_text, step.actual_text
    if expected is None or actual is None:
        side = "expected_response" if expected is None else "actual_response"
        reason = f"{side} must hold a text, got {preview(step.fields.get(side))}"
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
        opinion = compare_texts(judge, expected, by_rules.said)
    except NotJudgedError as error:
        return replace(by_rules, findings=(*by_rules.findings, Finding("note", f"not judged: {error.message}")))
    reason = f"{judge.name} finds the text {opinion.answer}: {opinion.reason}"
    level: Level = "failure" if opinion.answer == "different" else "note"
    return replace(by_rules, status=_STATUSES[opinion.answer], findings=(Finding(level, reason),))


def _judge_silence(expected: str, is_opening: bool) -> Verdict:
    if is_opening:
        return Verdict("exact", (Finding("note", "no user had spoken to the agent yet, so no text was compared"),))
    return Verdict("divergent", (Finding("failure", f"the agent said nothing, expected {preview(expected)}"),), 0.0)


def _judge_by_rules(expected: str, actual: str, config: GradingConfig) -> Verdict:
    holds = _contains(actual, expected) or _contains_facts(actual, expected)
    similarity = 1.0 if holds else text_similarity(expected, actual)
    if similarity >= config.exact:
        return Verdict("exact", (), similarity, actual)
    if similarity >= config.similar:
        reason = f"similarity {similarity:.2f}, exact from {config.exact:.2f}"
        return Verdict("similar", (Finding("note", reason),), similarity, actual)
    reason = f"the text differs: similarity {similarity:.2f} is below {config.similar:.2f}"
    return Verdict("divergent", (Finding("failure", reason),), similarity, actual)


def _contains(actual: str, expected: str) -> bool:
    """Return True if the actual text contains the expected words in a row; markup and case do not count."""
    if expected.strip() == actual.strip():
        return True
    words = tokenize(expected)
    return bool(words) and f" {' '.join(words)} " in f" {' '.join(tokenize(actual))} "


def _contains_facts(actual: str, expected: str) -> bool:
    """Return True if the actual text contains every word of an expected text of at most five words.

    Case, punctuation around words and the format of numbers do not count: "$1,126.40" is "1126.4".
    """
    facts = _words(expected)
    return 0 < len(facts) <= _MAX_FACTS and facts <= _words(actual)


def _words(text: str) -> set[str]:
    words = (word.strip(_EDGES) for word in _THOUSANDS.sub("", text).casefold().split())
    return {word.rstrip("0").rstrip(".") if _DECIMAL.fullmatch(word) else word for word in words if word}
