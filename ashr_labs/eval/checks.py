"""The scorers of a test, and what each of them scores."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from .._json import as_list, as_object
from .._unset import UNSET
from ..scenarios.scenario import has_checks
from ..scorers.checks import read_checks
from ..scorers.recorded import context_of_test

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..scorers import BaseScorer, ScorerContext

__all__ = ["ScoringJob", "scoring_jobs"]

ScoringJob: TypeAlias = "tuple[BaseScorer, ScorerContext]"
"""A scorer and its context."""


def scoring_jobs(
    scorers: Iterable[BaseScorer], test: Mapping[str, Any], scenario_id: str, raw: object, output: object = UNSET
) -> list[ScoringJob]:
    """Return the scorers of a test with their contexts; a check of an action scores the reply to it."""
    context = context_of_test(test, raw, output)
    jobs = [(scorer, context) for scorer in scorers]
    if has_checks(raw):
        replies = _replies(test)
        for index, scorer in read_checks(scenario_id, raw):
            jobs.append((scorer, context if index is None else replace(context, output=replies.get(index, ""))))
    return jobs


def _replies(test: Mapping[str, Any]) -> dict[object, object]:
    """Return the agent's texts by the indexes of the actions that expect them."""
    actions = [as_object(action) or {} for action in as_list(test.get("action_results")) or ()]
    return {
        action.get("action_index"): (as_object(action.get("actual_response")) or {}).get("text", "")
        for action in actions
        if action.get("actor") == "agent" and action.get("action_type") == "text"
    }
