"""Run scorers on one test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._interrupts import ends_run
from .base import failed_score
from .custom import as_scorer
from .score import context_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .score import Score

__all__ = ["run_client_scorers"]


def run_client_scorers(scorers: Iterable[object], scenario: object) -> list[Score]:
    """Return the scores of all scorers, in their order; that of a scorer that raises is None, with the error.

    Args:
        scorers: Scorers and functions; see `as_scorer()`.
        scenario: What was seen of the test; see `BaseScorer.score()`.

    Raises:
        ConfigurationError: One of them cannot score.
        ScorerError: The scenario is malformed.
    """
    context = context_of(scenario)
    scores: list[Score] = []
    for scorer in [as_scorer(one) for one in scorers]:
        try:
            scores += scorer.scores(context).values()
        except BaseException as error:  # code of the user
            if ends_run(error):
                raise
            scores.append(failed_score(scorer.name, error))
    return scores
