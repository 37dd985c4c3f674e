"""Comparison of replies with expectations: by the platform, or by local comparators."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from .._format import suggestion
from .._json import is_object
from ..comparators import compare_tool_args, text_similarity
from ..errors import ConfigurationError
from ..scenarios.tool_calls import NONE_EXPECTED, NOT_CALLED
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
"""Takes the expected and the actual call; returns `exact`, `partial` or `mismatch`, and a note about differences."""

TextComparator: TypeAlias = Callable[[str, str], float]
"""Takes two texts; returns their similarity, 0.0 to 1.0."""

_DEFAULT_THRESHOLDS = {"exact": 0.70, "similar": 0.40}


class Comparison(Protocol):
    """Judges pairs of calls and texts."""

    def calls(self, pair: CallPair) -> CallPair:
        """Return the judged pair."""
        ...

    def texts(self, expected: str, actual: str) -> TextPair:
        """Return the judged pair of texts."""
        ...


class PlatformComparison:
    """Leaves texts to the platform, and compares the arguments of calls literally."""

    def calls(self, pair: CallPair) -> CallPair:
        """Return the pair unchanged; it is compared when the result is built."""
        return pair

    def texts(self, expected: str, actual: str) -> TextPair:
        """Return the pair of texts as `pending`."""
        return TextPair(expected, actual)


@dataclass(frozen=True, slots=True)
class LocalComparison:
    """Judges calls and texts with comparators."""

    tool_comparator: ToolComparator = compare_tool_args
    text_comparator: TextComparator = text_similarity
    exact: float = _DEFAULT_THRESHOLDS["exact"]
    similar: float = _DEFAULT_THRESHOLDS["similar"]

    def calls(self, pair: CallPair) -> CallPair:
        """Return the judged pair; a missing side is a mismatch."""
        if pair.match_status is not None:
            return pair
        if pair.actual is NOT_CALLED:
            return pair._replace(match_status="mismatch", divergence_notes=f"{pair.expected.name} was not called")
        if pair.expected is NONE_EXPECTED:
            return pair._replace(match_status="mismatch", divergence_notes=f"{pair.actual.name} was not expected")
        status, notes = self.tool_comparator(pair.expected.build(), pair.actual.build())
        return pair._replace(match_status=status, divergence_notes=notes)

    def texts(self, expected: str, actual: str) -> TextPair:
        """Return the pair of texts, judged by similarity."""
        similarity = float(self.text_comparator(expected, actual))
        if not math.isfinite(similarity):
            raise ConfigurationError(f"text_comparator must return a number from 0 to 1, got {similarity}")
        status = "exact" if similarity >= self.exact else "similar" if similarity >= self.similar else "divergent"
        notes = None if status == "exact" else f"similarity {similarity} is below {self.exact}"
        return TextPair(expected, actual, status, similarity, notes)


@dataclass(frozen=True, slots=True)
class RuledComparison:
    """Judges the arguments of calls by grading rules, and texts with another comparison."""

    arguments: ArgumentRules
    other: Comparison

    def calls(self, pair: CallPair) -> CallPair:
        """Return the pair, judged by the rules if both sides exist."""
        if pair.match_status is not None or pair.actual is NOT_CALLED or pair.expected is NONE_EXPECTED:
            return pair
        rules = self.arguments.of(pair.expected.name)
        found = rules.differences(json.loads(pair.expected.arguments_json), json.loads(pair.actual.arguments_json))
        wrong = [one.reason for one in found if not rules.allows(one)]
        return pair._replace(match_status=rules.status(found), divergence_notes="; ".join(wrong) or None)

    def texts(self, expected: str, actual: str) -> TextPair:
        """Return the pair of texts, judged by the other comparison."""
        return self.other.texts(expected, actual)


def argument_policy_of(
    rules: Mapping[str, Mapping[str, Any]] | None, modes: Mapping[str, str] | None
) -> ArgumentRules | None:
    """Parse argument rules and modes; return None if there are none.

    Raises:
        ConfigurationError: One of them is invalid.
    """
    if rules is None and modes is None:
        return None
    # A function-level import: most runs do not need the date parser that it loads.
    from ..grading.rules import read_argument_rules  # noqa: PLC0415

    problems: list[str] = []
    policy = read_argument_rules(rules, modes, problems)
    if problems:
        raise ConfigurationError(problems[0].removeprefix("grading_config."))
    return policy


def comparison_of(
    tool_comparator: ToolComparator | None,
    text_comparator: TextComparator | None,
    similarity_thresholds: Mapping[str, float] | None,
    arguments: ArgumentRules | None = None,
) -> Comparison:
    """Return the comparison for a user's options: a local one if any is given, with defaults for the others."""
    for name, given in (("tool_comparator", tool_comparator), ("text_comparator", text_comparator)):
        if given is not None and not callable(given):
            raise ConfigurationError(f"{name} must be a function or None, got {given!r}")
    if arguments is not None:
        if tool_comparator is not None:
            raise ConfigurationError("tool_comparator cannot be combined with argument rules or modes")
        return RuledComparison(arguments, comparison_of(None, text_comparator, similarity_thresholds))
    if tool_comparator is None and text_comparator is None and similarity_thresholds is None:
        return PlatformComparison()
    return LocalComparison(
        tool_comparator or compare_tool_args,
        text_comparator or text_similarity,
        **_checked(similarity_thresholds or {}),
    )


def _checked(given: object) -> dict[str, float]:
    if not is_object(given):
        raise ConfigurationError(f"similarity_thresholds must be an object with exact and similar, got {given!r}")
    for name in given:
        if name not in _DEFAULT_THRESHOLDS:
            hint = suggestion(name, _DEFAULT_THRESHOLDS)
            raise ConfigurationError(f"similarity_thresholds must be exact and similar, got {name!r}{hint}")
    thresholds: dict[str, Any] = {**_DEFAULT_THRESHOLDS, **given}
    are_numbers = {*map(type, thresholds.values())} <= {int, float}  # a bool is neither
    if not are_numbers or not 0 <= thresholds["similar"] <= thresholds["exact"] <= 1:
        raise ConfigurationError(f"similarity_thresholds must be 0 <= similar <= exact <= 1, got {thresholds}")
    return thresholds
