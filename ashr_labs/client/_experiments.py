"""Arguments and results of the methods for experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, preview
from ..errors import ConfigurationError
from ..experiments import RunResults, with_scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["check_scorers", "experiment_body", "is_over"]

_EMPTY_GRACE_SECONDS = 10.0
"""How long a platform that shows no status may take to say how many scenarios there are."""


def experiment_body(
    name: str,
    spec_id: str,
    *,
    secrets: Mapping[str, str] | None = None,
    spec_version: int | None = None,
    seed: int | None = None,
    scenario_ids: Sequence[str] | None = None,
    snapshot: str | None = None,
) -> dict[str, Any]:
    """Return the body of the request that creates an experiment.

    Raises:
        ConfigurationError: `secrets` is not a mapping, or `scenario_ids` is not a list.
    """
    if secrets is not None and as_object(secrets) is None:
        raise ConfigurationError(f"`secrets` must be a mapping of names to values, got {type(secrets).__name__}")
    if scenario_ids is not None and as_list(scenario_ids) is None:
        raise ConfigurationError(f"`scenario_ids` must be a list of ids, got {preview(scenario_ids)}")
    chosen = None if scenario_ids is None else list(scenario_ids)
    given: dict[str, Any] = {"secrets": dict(secrets or {}) or None, "spec_version": spec_version, "seed": seed}
    given |= {"scenario_ids": chosen, "snapshot": snapshot}
    return {"name": name, "spec_id": spec_id, **{key: value for key, value in given.items() if value is not None}}


def check_scorers(scores: Sequence[object] | None) -> Sequence[object]:
    """Return the scorers, before anything is played.

    Raises:
        ConfigurationError: They are not a list, one of them needs the sandbox or cannot score, or two have the same
            name.
    """
    if scores is not None and as_list(scores) is None:
        raise ConfigurationError(f"`scores` must be a list of scorers, got {preview(scores)}")
    chosen = list(scores or ())
    with_scores(RunResults(), chosen)
    return chosen


def is_over(results: RunResults, elapsed: float) -> bool:
    """Return True if no more results will come.

    Args:
        results: Those so far.
        elapsed: Seconds since the run was started.
    """
    if results.status:
        return results.is_finished or results.status in {"error", "draft"}
    if not results.total_scenarios:
        return elapsed > _EMPTY_GRACE_SECONDS
    return results.passed + results.failed + results.flaky + results.errors >= results.total_scenarios
