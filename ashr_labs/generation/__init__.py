"""Datasets from a description of the agent: scenarios in which a good agent has to use its tools, ask back, or decline.

Pure, without a language model: the same config and seed give the same dataset, on any machine.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from .._json import is_object
from ..errors import ValidationError
from .attackers import write_attack
from .config import COMPLEXITIES, read_pentest, read_plan
from .scenarios import write_scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ashr_labs_types import Scenario

    from .config import Pentest, Plan
    from .tools import Tool

__all__ = ["generate"]


def generate(config: Mapping[str, Any], *, seed: int) -> dict[str, Any]:
    """Generate a dataset's source from a generation config.

    Arguments of expected tool calls are valid for the tools' schemas, and a user's messages say every value in them.

    Args:
        config: What `create_request` documents; without tools, the scenarios are of text only.
        seed: Decides everything that the config leaves open.

    Raises:
        ValidationError: The config cannot be used; the message begins with the path of what is wrong.

    Example:
        >>> source = generate({"agent": {"name": "Bot"}, "context": {"domain": "travel"}}, seed=1)
        >>> list(source["runs"])
        ['happy_path_1', 'edge_cases_2', 'error_handling_3', 'happy_path_4', 'edge_cases_5']
    """
    if not is_object(config):
        raise ValidationError(f"request: expected a generation config, got {type(config).__name__}")
    plan = read_plan(config)
    pentest = read_pentest(config)
    scenarios = _conversations(plan, seed) if pentest is None else _attacks(plan, pentest, seed)
    return {"dataset_type": "multi_run_storyboard", "runs": _named(scenarios)}


def _conversations(plan: Plan, seed: int) -> Iterable[tuple[str, Scenario]]:
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
        # One tool further each time around, so that every kind of scenario meets every tool.
        yield (
            category,
            write_scenario(plan, _rotated(tools, place + around), category, complexity, _random(seed, number)),
        )


def _attacks(plan: Plan, pentest: Pentest, seed: int) -> Iterable[tuple[str, Scenario]]:
    for place, category in enumerate(pentest.categories):
        for number in range(pentest.scenarios_per_category):
            rng = _random(seed, place * pentest.scenarios_per_category + number)
            yield category, write_attack(plan, pentest, category, number, rng)


def _complexities(plan: Plan, order: Random) -> list[str]:
    """Return the complexity of each scenario: in the wanted shares, as nearly as whole scenarios allow."""
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
    # Seeded by a text, which gives the same numbers in every process; no scenario depends on the others.
    return Random(f"{seed}/{number}")  # noqa: S311 - to be repeated, not to be secret


def _named(scenarios: Iterable[tuple[str, Scenario]]) -> dict[str, Scenario]:
    """Return scenarios by their ids, with titles that differ."""
    runs: dict[str, Scenario] = {}
    titles: dict[str, int] = {}
    for number, (category, scenario) in enumerate(scenarios, 1):
        title = scenario.get("title", "")
        titles[title] = titles.get(title, 0) + 1
        if titles[title] > 1:
            scenario["title"] = f"{title} ({titles[title]})"
        runs[f"{category}_{number}"] = scenario
    return runs
