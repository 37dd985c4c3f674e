"""The checks of a dataset: scorers that a scenario or one of its actions names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object
from ..errors import ConfigurationError, DatasetError
from .registry import scorers_from_config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .base import BaseScorer

__all__ = ["read_checks"]


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
