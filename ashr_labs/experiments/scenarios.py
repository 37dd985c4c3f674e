"""The scenarios of a spec: each combination of its matrix, as often as it has replicas."""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from .._format import counted, suggestion
from .._json import preview
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..specs import Spec

__all__ = ["MAX_SCENARIOS", "Scenario", "filled_prompt", "scenarios_of", "variables_of"]

MAX_SCENARIOS: Final = 2000
_DEFAULT_POINT: Final = "default"
_DIGEST: Final = 10
_SEEDS: Final = 2**31
_REFERENCE = re.compile(r"\{\{\s*parameters\.([A-Za-z_][A-Za-z0-9_]*)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One play of an agent."""

    id: str
    """Stable: the same parameters and replica have the same id in every experiment."""
    point: str
    """The part of the id that its replicas share."""
    replica: int
    """From 1."""
    parameters: Mapping[str, Any]
    """A value for each key of the matrix."""
    seed: int


def scenarios_of(spec: Spec, seed: int = 0, *, only: Sequence[str] | None = None) -> tuple[Scenario, ...]:
    """Return the scenarios of a spec, replicas of the same parameters side by side.

    Args:
        spec: The spec, with its `parallelism`.
        seed: The seed of the experiment, from which each scenario's own is derived.
        only: Ids of scenarios; None for all.

    Raises:
        ConfigurationError: There are too many or none, a value is there twice, or an id is unknown.

    Examples:
        >>> from ashr_labs.specs import parse_spec
        >>> spec = parse_spec("{id: demo, parallelism: {replicas: 2, matrix: {MODEL: [small, large]}}}")
        >>> [(one.parameters["MODEL"], one.replica) for one in scenarios_of(spec)]
        [('small', 1), ('small', 2), ('large', 1), ('large', 2)]
    """
    matrix, replicas = spec.parallelism.matrix, spec.parallelism.replicas
    number = math.prod(len(values) for values in matrix.values()) * replicas
    if number > MAX_SCENARIOS:
        raise ConfigurationError(
            f"`parallelism` of the spec {spec.id!r} makes {number:,} scenarios, at most {MAX_SCENARIOS:,} are possible"
        )
    _check_values(matrix)
    points = [dict(zip(matrix, values, strict=True)) for values in product(*matrix.values())]
    found = tuple(_scenario(point, replica, seed) for point in points for replica in range(1, replicas + 1))
    return found if only is None else _chosen(found, only)


def variables_of(scenario: Scenario) -> dict[str, str]:
    """Return the environment variables of a scenario: its parameters, its id and its seed.

    Texts are as they are, and other values as JSON.
    """
    values = {name: value if isinstance(value, str) else _text(value) for name, value in scenario.parameters.items()}
    return {**values, "SCENARIO_ID": scenario.id, "SCENARIO_SEED": str(scenario.seed)}


def filled_prompt(prompt: str, parameters: Mapping[str, Any]) -> str:
    """Return a prompt with `{{ parameters.NAME }}` replaced; values are not looked at again.

    Raises:
        ConfigurationError: There is no such parameter.
    """

    def value_of(match: re.Match[str]) -> str:
        if (name := match[1]) not in parameters:
            raise ConfigurationError(
                f"`task.prompt` uses the parameter {name!r}, which is not in `parallelism.matrix`"
                f"{suggestion(name, parameters)}"
            )
        value = parameters[name]
        return value if isinstance(value, str) else _text(value)

    return _REFERENCE.sub(value_of, prompt)


def _scenario(parameters: Mapping[str, Any], replica: int, seed: int) -> Scenario:
    point = _digest(_text(parameters))[:_DIGEST] if parameters else _DEFAULT_POINT
    name = f"{point}-r{replica}"
    return Scenario(name, point, replica, parameters, int(_digest(f"{seed}:{name}"), 16) % _SEEDS)


def _check_values(matrix: Mapping[str, Sequence[Any]]) -> None:
    for name, values in matrix.items():
        texts = [_text(value) for value in values]
        twice = next((value for value, text in zip(values, texts, strict=True) if texts.count(text) > 1), None)
        if len(set(texts)) < len(texts):
            raise ConfigurationError(
                f"`parallelism.matrix.{name}` has the value {preview(twice)} more than once; use `replicas` to repeat"
            )


def _chosen(found: tuple[Scenario, ...], only: Sequence[str]) -> tuple[Scenario, ...]:
    known, wanted = {one.id for one in found}, set(only)
    if unknown := sorted(wanted - known):
        raise ConfigurationError(
            f"{counted(len(unknown), 'scenario')} of `scenario_ids` {'is' if len(unknown) == 1 else 'are'} not in the "
            f"spec: {', '.join(unknown[:5])}{suggestion(unknown[0], known)}"
        )
    if not wanted:
        raise ConfigurationError("`scenario_ids` must name at least one scenario, got none; leave it out for all")
    return tuple(one for one in found if one.id in wanted)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
