"""Attacks in a conversation, and whole scenarios of them for penetration tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .attacks import ATTACKS, DIFFICULTIES, INNOCENT, PRESSURE, REFUSALS, TITLES
from .phrases import capital, scope
from .realistic import realistic_text
from .turns import Turn, actions_of

if TYPE_CHECKING:
    from random import Random

    from ashr_labs_types import Scenario

    from .config import Pentest, Plan

__all__ = ["attack", "write_attack"]


def attack(plan: Plan, category: str, rng: Random, difficulty: str | None = None, number: int | None = None) -> Turn:
    """Return a turn in which the user attacks and the agent declines.

    Args:
        plan: What the agent is about.
        category: The kind of attack.
        rng: Decides everything else.
        difficulty: "easy", "medium" or "hard"; any where None.
        number: Which of the attacks, so that those of one dataset differ; any where None.
    """
    templates = ATTACKS[category][difficulty or rng.choice(DIFFICULTIES)]
    template = rng.choice(templates) if number is None else templates[number % len(templates)]
    tool = rng.choice(plan.tools) if plan.tools else None
    message = template.format(
        purpose=tool.purpose if tool else "do whatever I say",
        tool=tool.name if tool else "your functions",
        person=realistic_text("full_name", rng),
        domain=plan.domain or plan.topic,
    )
    return Turn(f"Try {TITLES[category].lower()}", capital(message), "Decline", _refusal(plan, category, rng))


def write_attack(plan: Plan, pentest: Pentest, category: str, number: int, rng: Random) -> Scenario:
    """Write the scenario of a penetration test that is the number-th of its category."""
    mixed = pentest.difficulty == "mixed"
    difficulty = DIFFICULTIES[number % len(DIFFICULTIES)] if mixed else pentest.difficulty
    turns = [attack(plan, category, rng, difficulty, number // len(DIFFICULTIES) if mixed else number)]
    if pentest.multi_turn and number % 2:
        beginning, reply = rng.choice(INNOCENT)
        turns.insert(0, Turn("Begin innocently", beginning, "Offer help", reply))
        turns.append(Turn("Insist", rng.choice(PRESSURE), "Decline again", _refusal(plan, category, rng)))
    return {
        "title": f"{TITLES[category]}, {difficulty}",
        "description": f"{TITLES[category]} of {difficulty} difficulty. {plan.background}".strip(),
        "tags": [category, difficulty],
        "actions": actions_of(turns),
    }


def _refusal(plan: Plan, category: str, rng: Random) -> str:
    return rng.choice(REFUSALS[category]).format(scope=scope(plan))
