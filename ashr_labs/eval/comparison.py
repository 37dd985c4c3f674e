"""How an answer is compared with what was expected: left to the platform, or judged here by comparators."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from ..comparators import compare_tool_args, text_similarity
from ..errors import ConfigurationError
from .tool_calls import NONE_EXPECTED, NOT_CALLED
from .tool_matching import TextPair

if TYPE_CHECKING:
    from ..grading.rules import ArgumentRules
    from .tool_matching import CallPair

__all__ = [
    "Comparison",
    "LocalComparison",
    "PlatformComparison",
    "RuledComparison",
    "TextComparator",
    "ToolComparator",
    "argument_policy_of",
    "comparison_of",
]

ToolComparator: TypeAlias = Callable[[Mapping[str, Any], Mapping[str, Any]], tuple[str, str | None]]
"""Takes the expected and the actual call; returns `exact`, `partial` or `mismatch`, and what differs in words."""

TextComparator: TypeAlias = Callable[[str, str], float]
"""Takes two texts; returns how alike they are, from 0.0 to 1.0."""

_DEFAULT_THRESHOLDS = {"exact": 0.70, "similar": 0.40}


class Comparison(Protocol):
    """Judges what stands beside each other."""

    def calls(self, pair: CallPair) -> CallPair:
        """Return the pair, judged."""
        ...

    def texts(self, expected: str, actual: str) -> TextPair:
        """Return the texts beside each other, judged."""
        ...


class PlatformComparison:
    """Leaves texts to the platform, and calls to a literal comparison of their arguments."""

    def calls(self, pair: CallPair) -> CallPair:
        """Return the pair as it is; it compares itself when the result is built."""
        return pair

    def texts(self, expected: str, actual: str) -> TextPair:
        """Return the texts beside each other, `pending`."""
        return TextPair(expected, actual)


@dataclass(frozen=True, slots=True)
class LocalComparison:
    """Judges calls and texts by comparators."""

    tool_comparator: ToolComparator = compare_tool_args
    text_comparator: TextComparator = text_similarity
    exact: float = _DEFAULT_THRESHOLDS["exact"]
    similar: float = _DEFAULT_THRESHOLDS["similar"]

    def calls(self, pair: CallPair) -> CallPair:
        """Return the pair, judged by the comparator unless one side is missing."""
        if pair.match_status is not None:
            return pair
        if pair.actual is NOT_CALLED:
            return pair._replace(match_status="mismatch", divergence_notes=f"{pair.expected.name} was not called")
        if pair.expected is NONE_EXPECTED:
            return pair._replace(match_status="mismatch", divergence_notes=f"{pair.actual.name} was not expected")
        status, notes = self.tool_comparator(pair.expected.build(), pair.actual.build())
        return pair._replace(match_status=status, divergence_notes=notes)

    def texts(self, expected: str, actual: str) -> TextPair:
        """Return the texts beside each other, judged by their similarity."""
        similarity = float(self.text_comparator(expected, actual))
        if not math.isfinite(similarity):
            raise ConfigurationError(f"the text_comparator returned {similarity}; it must return a number from 0 to 1")
        status = "exact" if similarity >= self.exact else "similar" if similarity >= self.similar else "divergent"
        notes = None if status == "exact" else f"similarity {similarity} is below {self.exact}"
        return TextPair(expected, actual, status, similarity, notes)


@dataclass(frozen=True, slots=True)
class RuledComparison:
    """Judges the arguments of calls by the rules of grading, and texts as another comparison does."""

    arguments: ArgumentRules
    other: Comparison

    def calls(self, pair: CallPair) -> CallPair:
        """Return the pair, judged by the rules unless one side is missing."""
        if pair.match_status is not None or pair.actual is NOT_CALLED or pair.expected is NONE_EXPECTED:
            return pair
        rules = self.arguments.of(pair.expected.name)
        found = rules.differences(json.loads(pair.expected.arguments_json), json.loads(pair.actual.arguments_json))
        wrong = [one.reason for one in found if not rules.allows(one)]
        return pair._replace(match_status=rules.status(found), divergence_notes="; ".join(wrong) or None)

    def texts(self, expected: str, actual: str) -> TextPair:
        """Return the texts beside each other, judged as elsewhere."""
        return self.other.texts(expected, actual)


def argument_policy_of(
    rules: Mapping[str, Mapping[str, Any]] | None, modes: Mapping[str, str] | None
) -> ArgumentRules | None:
    """Return how the arguments of calls are compared, if any rule or mode is given.

    Raises:
        ConfigurationError: One of them cannot work.
    """
    if rules is None and modes is None:
        return None
    # A function-level import: it brings the reading of dates along, which most runs do not need.
    from ..grading.rules import read_argument_rules  # noqa: PLC0415

    problems: list[str] = []
    policy = read_argument_rules(rules, modes, problems)
    if problems:
        raise ConfigurationError(problems[0].replace("; it is not used", "").replace(" is not used:", ":"))
    return policy


def comparison_of(
    tool_comparator: ToolComparator | None,
    text_comparator: TextComparator | None,
    similarity_thresholds: Mapping[str, float] | None,
    arguments: ArgumentRules | None = None,
) -> Comparison:
    """Return the comparison that a user's options ask for: local with the defaults for the rest, if any is given."""
    if arguments is not None:
        if tool_comparator is not None:
            raise ConfigurationError("a tool_comparator judges arguments by itself; leave it or the argument rules out")
        return RuledComparison(arguments, comparison_of(None, text_comparator, similarity_thresholds))
    if tool_comparator is None and text_comparator is None and similarity_thresholds is None:
        return PlatformComparison()
    return LocalComparison(
        tool_comparator or compare_tool_args,
        text_comparator or text_similarity,
        **_checked({**_DEFAULT_THRESHOLDS, **(similarity_thresholds or {})}),
    )


def _checked(thresholds: dict[str, float]) -> dict[str, float]:
    unknown = thresholds.keys() - _DEFAULT_THRESHOLDS
    if unknown:
        raise ConfigurationError(f"similarity_thresholds knows exact and similar, not {', '.join(sorted(unknown))}")
    are_numbers = {*map(type, thresholds.values())} <= {int, float}  # a bool is neither
    if not are_numbers or not 0 <= thresholds["similar"] <= thresholds["exact"] <= 1:
        raise ConfigurationError(f"similarity_thresholds must be 0 <= similar <= exact <= 1, not {thresholds}")
    return thresholds
