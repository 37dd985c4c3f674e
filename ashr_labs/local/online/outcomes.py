"""The outcome of a scorer on the platform: a score, or why there is none, and what it has cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..._personal_data import mask_personal_data
from ...scorers.base import failed_score
from ..store.score_rows import SCORED
from .context import masked_context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...scorers import BaseScorer, Score, ScorerContext

__all__ = ["Outcome", "outcome_of"]


class Outcome(NamedTuple):
    """The outcome of a scorer."""

    kind: str
    """`scored`, `not_judged`, `not_applicable` or `failed`."""
    score: Score | None = None
    cost_usd: float | None = 0.0
    """In US dollars; None if it is not known."""


def outcome_of(scorer: BaseScorer, context: ScorerContext, *, mask: bool) -> Outcome:
    """Run a scorer.

    Args:
        scorer: The scorer.
        context: What it scores.
        mask: Whether personal data is masked before a judge sees it.
    """
    is_judge = not scorer.is_pure
    try:
        score = scorer.score(masked_context(context, mask_personal_data) if is_judge and mask else context)
    except Exception as error:  # scorers read whatever a trace or an agent holds
        return Outcome("failed", failed_score(scorer.name, error), None if is_judge else 0.0)
    cost = _cost(score) if is_judge else 0.0
    if score.score is not None:
        return Outcome(SCORED, score, cost)
    return Outcome("not_judged" if is_judge else "not_applicable", score, cost)


def _cost(score: Score) -> float | None:
    """Return what the judge has cost; None if that is not known."""
    judge: Mapping[str, Any] | None = score.metadata.get("judge")
    if judge is None:  # it was not asked, or did not answer
        return 0.0
    return 0.0 if judge.get("is_cached") else judge.get("cost_usd")
