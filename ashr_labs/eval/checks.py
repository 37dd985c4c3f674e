"""The checks of a dataset: scorers that a scenario or one of its actions names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from .._json import as_list, as_object
from .._unset import UNSET
from ..errors import ConfigurationError, DatasetError
from ..scenarios.scenario import has_checks
from ..scorers.recorded import context_of_test
from ..scorers.registry import scorers_from_config

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..scorers import BaseScorer, ScorerContext

__all__ = ["ScoringJob", "read_checks", "scoring_jobs"]

ScoringJob: TypeAlias = "tuple[BaseScorer, ScorerContext]"
"""A scorer, and what it scores."""


def read_checks(scenario_id: str, raw: object) -> list[tuple[int | None, BaseScorer]]:
    """Return the checks of a scenario: the index of the action, None for the whole scenario, and the scorer.

    The scores of an action's checks are named after it, such as `actions[3].contains`.

    Raises:
        DatasetError: A check is malformed; the error has its path.
    """
    scenario = as_object(raw) or {}
    checks: list[tuple[int | None, BaseScorer]] = [(None, one) for one in _read(scenario, f"runs.{scenario_id}")]
    for index, action in enumerate(as_list(scenario.get("actions")) or ()):
        place = f"actions[{index}]"
        checks += [
            (index, one.with_options(name=f"{place}.{one.name}"))
            for one in _read(as_object(action) or {}, f"runs.{scenario_id}.{place}")
        ]
    return checks


def scoring_jobs(
    scorers: Iterable[BaseScorer], test: Mapping[str, Any], scenario_id: str, raw: object, output: object = UNSET
) -> list[ScoringJob]:
    """Return the scorers of a test with what they score: a check of an action scores the reply to it."""
    context = context_of_test(test, raw, output)
    jobs = [(scorer, context) for scorer in scorers]
    if has_checks(raw):
        replies = _replies(test)
        for index, scorer in read_checks(scenario_id, raw):
            jobs.append((scorer, context if index is None else replace(context, output=replies.get(index, ""))))
    return jobs


def _read(owner: Mapping[str, Any], path: str) -> list[BaseScorer]:
    if "checks" not in owner:
        return []
    at = f"{path}.checks"
    try:
        return scorers_from_config(owner["checks"], at, gate=True)
    except ConfigurationError as error:
        place, _, problem = error.message.partition(" ")
        place = place.rstrip(":") if place.startswith(at) else at
        raise DatasetError(problem, path=place) from error


def _replies(test: Mapping[str, Any]) -> dict[object, object]:
    """Return the agent's texts by the indexes of the actions that expect them."""
    actions = [as_object(action) or {} for action in as_list(test.get("action_results")) or ()]
    return {
        action.get("action_index"): (as_object(action.get("actual_response")) or {}).get("text", "")
        for action in actions
        if action.get("actor") == "agent" and action.get("action_type") == "text"
    }
