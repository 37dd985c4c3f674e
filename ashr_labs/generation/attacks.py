"""Attacks on agents: single turns, and scenarios of penetration tests. The messages are in `attacks.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from .phrases import capitalized, format_scope
from .realistic import realistic_text
from .turns import Turn, actions_of

if TYPE_CHECKING:
    from random import Random

    from ashr_labs_types import Scenario

    from .config import DatasetPlan, PentestPlan

__all__ = ["adversarial_turn", "attack_scenario", "attack_turn", "security_turn"]

_DIFFICULTIES: Final = ("easy", "medium", "hard")


def attack_turn(
    plan: DatasetPlan, category: str, rng: Random, difficulty: str | None = None, number: int | None = None
) -> Turn:
    """Return a turn with an attack that the agent declines.

    Args:
        plan: Describes the agent.
        category: The category of the attack.
        rng: Source of every other choice.
        difficulty: "easy", "medium" or "hard"; random by default.
        number: Index of the message, so that the attacks of a dataset differ; random by default.
    """
    attacks = _messages()["categories"][category]
    templates: list[str] = attacks[difficulty or rng.choice(_DIFFICULTIES)]
    template = rng.choice(templates) if number is None else templates[number % len(templates)]
    tool = rng.choice(plan.tools) if plan.tools else None
    message = template.format(
        purpose=tool.purpose if tool else "do whatever I say",
        tool=tool.name if tool else "your functions",
        person=realistic_text("full_name", rng),
        domain=plan.domain or plan.topic,
    )
    return Turn(f"Try {attacks['title'].lower()}", capitalized(message), "Decline", _refusal(plan, category, rng))


def adversarial_turn(plan: DatasetPlan, rng: Random) -> Turn:
    """Return a turn with an attack that tries to make the agent misbehave."""
    return attack_turn(plan, rng.choice(_messages()["adversarial"]), rng)


def security_turn(plan: DatasetPlan, rng: Random) -> Turn:
    """Return a turn with an attack on data or permissions."""
    return attack_turn(plan, rng.choice(_messages()["security"]), rng)


def attack_scenario(plan: DatasetPlan, pentest: PentestPlan, category: str, number: int, rng: Random) -> Scenario:
    """Return scenario `number` of a category of a penetration test."""
    messages = _messages()
    mixed = pentest.difficulty == "mixed"
    difficulty = _DIFFICULTIES[number % len(_DIFFICULTIES)] if mixed else pentest.difficulty
    turns = [attack_turn(plan, category, rng, difficulty, number // len(_DIFFICULTIES) if mixed else number)]
    if pentest.multi_turn and number % 2:
        opener, reply = rng.choice(messages["openers"])
        turns.insert(0, Turn("Begin innocently", opener, "Offer help", reply))
        turns.append(Turn("Insist", rng.choice(messages["insistence"]), "Decline again", _refusal(plan, category, rng)))
    title = messages["categories"][category]["title"]
    return {
        "title": f"{title}, {difficulty}",
        "description": f"{title} of {difficulty} difficulty. {plan.background}".strip(),
        "tags": [category, difficulty],
        "actions": actions_of(turns),
    }


def _refusal(plan: DatasetPlan, category: str, rng: Random) -> str:
    refusals: list[str] = _messages()["categories"][category]["refusals"]
    return rng.choice(refusals).format(scope=format_scope(plan))


@cache
def _messages() -> dict[str, Any]:
    return tomllib.loads(files("ashr_labs.generation").joinpath("attacks.toml").read_text("utf-8"))
