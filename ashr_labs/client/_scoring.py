"""Arguments of the methods for scores: scorers as the platform takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_list, preview
from ..errors import ConfigurationError
from ..scorers.invariants import EnvironmentScorer
from ..scorers.registry import read_scorers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..scorers import BaseScorer

__all__ = ["batches_of_scores", "is_scored", "scoring_body"]

_BATCH = 1000


def scoring_body(rule_ids: Iterable[str] | None, scorers: Iterable[object] | None) -> dict[str, Any]:
    """Return the body of a request for scores.

    Raises:
        ConfigurationError: There is neither a rule nor a scorer, or one cannot run on the platform.
    """
    for name, given in (("rule_ids", rule_ids), ("scorers", scorers)):
        if given is not None and as_list(given) is None:
            raise ConfigurationError(f"`{name}` must be a list, got {preview(given)}")
    rules = list(rule_ids or ())
    others = [_request(one) for one in read_scorers(scorers or ())]
    if not rules and not others:
        raise ConfigurationError("`rule_ids` or `scorers` must name at least one scorer")
    return {name: given for name, given in (("rule_ids", rules), ("scorers", others)) if given}


def batches_of_scores(scores: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield scores in the number that one request may have."""
    for start in range(0, len(scores), _BATCH):
        yield list(scores[start : start + _BATCH])


def is_scored(scores: Iterable[Any]) -> bool:
    """Return True if no score is still to be made."""
    return all(one.get("status") != "queued" for one in scores)


def _request(scorer: BaseScorer) -> dict[str, Any]:
    if isinstance(scorer, EnvironmentScorer):
        raise ConfigurationError(
            f"the scorer {scorer.name!r} needs the sandbox, which has ended; put it into the spec's `invariants`, "
            "which `scorers_to_invariants()` makes of scorers"
        )
    rule = scorer.with_options(negated=False, name=scorer.name).to_rule()
    if rule is None:
        raise ConfigurationError(
            f"the scorer {scorer.name!r} is code, which the platform cannot run; use client.scoring.add_scores()"
        )
    options: dict[str, Any] = {"weight": scorer.weight, "gate": scorer.gate, "negated": scorer.negated}
    if scorer.threshold is not None:
        options["threshold"] = scorer.threshold
    return {"name": scorer.name, "type": rule["type"], "config": {**rule["config"], **options}}
