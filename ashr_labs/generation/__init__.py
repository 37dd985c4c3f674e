"""Generate datasets from a description of the agent, without a language model.

In the scenarios a good agent uses its tools, asks for missing details or declines. The same config and seed give the
same dataset on every machine.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from .._json import is_object
from ..errors import ValidationError
from .attacks import attack_scenario
from .config import COMPLEXITIES, read_dataset_plan, read_pentest_plan
from .scenarios import build_scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ashr_labs_types import Scenario

    from .config import DatasetPlan, PentestPlan
    from .tools import Tool

__all__ = ["generate"]


def generate(config: Mapping[str, Any], *, seed: int) -> dict[str, Any]:
    """Generate a `dataset_source` from a generation config.

    Arguments of expected tool calls are valid for the schemas of the tools, and the user states every value in them.

    Args:
        config: As documented for `create_request`; without tools, scenarios consist of text.
        seed: Seed of the random number generator.

    Raises:
        ValidationError: The config is invalid; the message begins with the path.

    Example:
        >>> source = generate({"agent": {"name": "Bot"}, "context": {"domain": "travel"}}, seed=1)
        >>> list(source["runs"])
        ['happy_path_1', 'edge_cases_2', 'error_handling_3', 'happy_path_4', 'edge_cases_5']
    """
    if not is_object(config):
        raise ValidationError(f"request: must be a generation config, got {type(config).__name__}")
    plan = read_dataset_plan(config)
    pentest = read_pentest_plan(config)
    scenarios = _conversations(plan, seed) if pentest is None else _attacks(plan, pentest, seed)
    return {"dataset_type": "multi_run_storyboard", "runs": _named(scenarios)}


def _conversations(plan: DatasetPlan, seed: int) -> Iterable[tuple[str, Scenario]]:
    order = _random(seed, -1)
    complexities = _complexities(plan, order)
    categories = list(plan.categories)
    tools = list(plan.tools)
    if plan.strategy == "diverse":
        order.shuffle(categories)
        order.shuffle(tools)
    for number, complexity in enumerate(complexities):
        around, place = divmod(number, len(categories))
        category = categories[place]
        # Rotate by one more tool in each round, so that every category covers every tool.
        yield (
            category,
            build_scenario(plan, _rotated(tools, place + around), category, complexity, _random(seed, number)),
        )


def _attacks(plan: DatasetPlan, pentest: PentestPlan, seed: int) -> Iterable[tuple[str, Scenario]]:
    for place, category in enumerate(pentest.categories):
        for number in range(pentest.scenarios_per_category):
            rng = _random(seed, place * pentest.scenarios_per_category + number)
            yield category, attack_scenario(plan, pentest, category, number, rng)


def _complexities(plan: DatasetPlan, order: Random) -> list[str]:
    """Return the complexity of each scenario, apportioned by the largest remainders."""
    exact = {complexity: plan.shares.get(complexity, 0) * plan.scenarios for complexity in COMPLEXITIES}
    counts = {complexity: int(share) for complexity, share in exact.items()}
    by_rest = sorted(COMPLEXITIES, key=lambda complexity: counts[complexity] - exact[complexity])
    complexities = [complexity for complexity, count in counts.items() for _ in range(count)]
    complexities += by_rest[: plan.scenarios - len(complexities)]
    order.shuffle(complexities)
    return complexities


def _rotated(tools: list[Tool], places: int) -> list[Tool]:
    first = places % len(tools) if tools else 0
    return tools[first:] + tools[:first]


def _random(seed: int, number: int) -> Random:
    # Seeded with a string: the same numbers in every process, independent for each scenario.
    return Random(f"{seed}/{number}")  # noqa: S311 - reproducible, not secret


def _named(scenarios: Iterable[tuple[str, Scenario]]) -> dict[str, Scenario]:
    """Return scenarios by id, with unique titles."""
    runs: dict[str, Scenario] = {}
    titles: dict[str, int] = {}
    for number, (category, scenario) in enumerate(scenarios, 1):
        title = scenario.get("title", "")
        titles[title] = titles.get(title, 0) + 1
        if titles[title] > 1:
            scenario["title"] = f"{title} ({titles[title]})"
        runs[f"{category}_{number}"] = scenario
    return runs
