"""The outcome of a test: what its agent left behind, compared with what must hold."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from .._format import truncate
from .._json import as_list, as_object, is_number
from .._same_value import same_value
from .findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Outcome", "outcome_of", "state_differences"]

_MOST_SHOWN = 10
_MAX_VALUE = 120
_MAX_DEPTH = 50
_TOLERANCE = 1e-9
"""So that a weighted mean of 1.0 is not below a threshold of 1.0."""


class Outcome:
    """The findings about what an agent left behind.

    Args:
        findings: The failures, warnings and notes.
        is_decided: Whether anything was checked, so that the outcome decides about the test.
    """

    def __init__(self, findings: Sequence[Finding], *, is_decided: bool) -> None:
        self.findings = findings
        self.is_decided = is_decided

    @property
    def is_met(self) -> bool:
        """Whether something was checked, and nothing failed."""
        return self.is_decided and all(one.level != "failure" for one in self.findings)


def outcome_of(test: Mapping[str, Any]) -> Outcome:
    """Return the outcome of a recorded test: its invariants, rules of its spec, and the state that was expected."""
    invariants = [fields for one in as_list(test.get("invariants")) or () if (fields := as_object(one)) is not None]
    checked = [one for one in invariants if one.get("status") in {"passed", "failed"}]
    findings = [*_rules(test), *_invariants(invariants, test.get("pass_threshold"))]
    expected = as_object(test.get("expected_state"))
    if expected is not None:
        findings += _state(expected, test)
    return Outcome(findings, is_decided=bool(checked) or expected is not None or _failed(findings))


def state_differences(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """Return how a state differs from the expected one, at most 10 lines; keys that are not expected do not count.

    >>> state_differences({"orders": [{"id": 7, "state": "paid"}]}, {"orders": [{"id": 7, "state": "open"}], "log": 3})
    ['orders[0].state: expected "paid", got "open"']
    """
    found: list[str] = []
    for key, value in expected.items():
        if key not in actual:
            found.append(f"{key}: expected {_text(value)}, but it is missing")
        else:
            found += _differences(key, value, actual[key], 0)
    more = len(found) - _MOST_SHOWN
    return [*found[:_MOST_SHOWN], f"and {more:,} more differences"] if more > 0 else found


def _differences(path: str, expected: object, actual: object, depth: int) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        yield f"{path}: it is nested too deeply to be compared"
        return
    left, right = as_object(expected), as_object(actual)
    ours, theirs = as_list(expected), as_list(actual)
    if ours is not None and theirs is not None:
        left = {f"[{index}]": value for index, value in enumerate(ours)}
        right = {f"[{index}]": value for index, value in enumerate(theirs)}
    elif left is not None and right is not None:
        left = {f".{key}": value for key, value in left.items()}
        right = {f".{key}": value for key, value in right.items()}
    else:
        if not same_value(expected, actual):
            yield f"{path}: expected {_text(expected)}, got {_text(actual)}"
        return
    for key in {**left, **right}:
        if key not in left:
            yield f"{path}{key}: expected nothing, got {_text(right[key])}"
        elif key not in right:
            yield f"{path}{key}: expected {_text(left[key])}, but it is missing"
        else:
            yield from _differences(f"{path}{key}", left[key], right[key], depth + 1)


def _state(expected: Mapping[str, Any], test: Mapping[str, Any]) -> Iterator[Finding]:
    actual = as_object(test.get("state"))
    if actual is None:
        yield Finding("failure", "state: the agent returned no `state`, which the scenario expects")
        return
    for difference in state_differences(expected, actual):
        yield Finding("failure", f"state: {difference}")


def _rules(test: Mapping[str, Any]) -> Iterator[Finding]:
    for one in as_list(test.get("forbidden")) or ():
        fields = as_object(one) or {}
        if fields.get("violated"):
            yield Finding("failure", f"forbidden: {fields.get('rule')}: {fields.get('details')}")


def _invariants(invariants: Sequence[Mapping[str, Any]], threshold: object) -> Iterator[Finding]:
    """Yield a finding for each invariant that did not pass; with a threshold, the mean score decides beside gates."""
    mean = _mean(invariants)
    is_enough = is_number(threshold) and mean is not None and mean >= threshold - _TOLERANCE
    for one in invariants:
        reason = f"invariant {one.get('name')}: {one.get('message')}"
        if one.get("status") == "not_judged":
            yield Finding("warning", reason)
        elif one.get("status") == "failed":
            yield Finding("warning" if is_enough and not one.get("gate") else "failure", reason)
        elif one.get("status") != "passed":
            yield Finding("failure", reason)


def _mean(invariants: Sequence[Mapping[str, Any]]) -> float | None:
    scored = [
        (float(one["score"]), float(one["weight"]))
        for one in invariants
        if is_number(one.get("score")) and is_number(one.get("weight")) and one["weight"] > 0
    ]
    total = math.fsum(weight for _, weight in scored)
    return math.fsum(score * weight for score, weight in scored) / total if total > 0 else None


def _failed(findings: Sequence[Finding]) -> bool:
    return any(one.level == "failure" for one in findings)


def _text(value: object) -> str:
    try:
        return truncate(json.dumps(value, ensure_ascii=False, default=str), _MAX_VALUE)
    except (ValueError, RecursionError):
        return "a value that is nested too deeply"
