"""Findings of a test's scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_object
from .findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["deciding_scores", "score_findings"]


def deciding_scores(test: Mapping[str, Any], *, is_checked: bool) -> dict[str, Mapping[str, Any]]:
    """Return the scores that decide about a test: its gates, or all scores if nothing else is checked."""
    given = as_object(test.get("scores")) or {}
    scores = {name: score for name, value in given.items() if (score := as_object(value)) is not None}
    gates = {name: score for name, score in scores.items() if score.get("gate") is True}
    return gates if gates or is_checked else scores


def score_findings(scores: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[Finding]:
    """Yield a failure for each score that did not pass, and a warning for each gate that has no value."""
    for name, score in scores:
        reason = f": {said}" if (said := str(score.get("reason") or "")) else ""
        if score.get("value") is None:
            yield Finding("warning" if score.get("gate") else "note", f"{name} has no score{reason}")
        elif score.get("passed") is False:
            yield Finding("failure", f"{name} scored {score['value']:.3g}{reason}")
