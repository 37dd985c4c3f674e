"""The order in which people should look at tests: where judges are unsure first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_object, is_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["recorded_decisions", "review_order"]

_MAX_SCORES = 100
_MAX_NAME = 200


def recorded_decisions(test: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `verdict` of a test, and the `value` and `passed` of each of its scores, where known."""
    scores: dict[str, dict[str, Any]] = {}
    for name, score in list((as_object(test.get("scores")) or {}).items())[:_MAX_SCORES]:
        fields = as_object(score) or {"value": score}
        value, passed = fields.get("value"), fields.get("passed")
        if is_number(value) or isinstance(passed, bool):
            scores[str(name)[:_MAX_NAME]] = {
                "value": value if is_number(value) else None,
                "passed": passed if isinstance(passed, bool) else None,
            }
    verdict = test.get("verdict")
    return {"verdict": verdict if verdict in ("passed", "failed", "unchecked") else None, "scores": scores}


def review_order(tests: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the positions of tests in the order in which labels tell most.

    First those whose scores contradict each other or the verdict, then those with a score near 0.5, then those that
    failed, then the others; within each group as they were played.

    Args:
        tests: What `recorded_decisions()` returned of each.
    """
    return sorted(range(len(tests)), key=lambda place: (_rank(tests[place]), place))


def _rank(test: Mapping[str, Any]) -> tuple[int, float]:
    verdict = test.get("verdict")
    scores = [as_object(score) or {} for score in (as_object(test.get("scores")) or {}).values()]
    decided = {score["passed"] for score in scores if isinstance(score.get("passed"), bool)}
    if verdict in ("passed", "failed"):
        decided.add(verdict == "passed")
    doubts = [abs(value - 0.5) for score in scores if is_number(value := score.get("value")) and 0 <= value <= 1]
    doubt = min(doubts, default=1.0)
    if len(decided) > 1:
        return 0, doubt
    if doubt <= 0.25:
        return 1, doubt
    return (2, 0.0) if verdict == "failed" else (3, 0.0)
