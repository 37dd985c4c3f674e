"""Scenarios: what happens in a conversation of each kind, and how much of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import wording
from .attackers import attack
from .attacks import ADVERSARIAL_ATTACKS, SECURITY_ATTACKS
from .config import COMPLEXITIES
from .phrases import capital, with_article
from .turns import Turn, Writer, actions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

    from ashr_labs_types import Scenario

    from .config import Plan
    from .tools import Tool

__all__ = ["write_scenario"]


def write_scenario(plan: Plan, tools: Sequence[Tool], category: str, complexity: str, rng: Random) -> Scenario:
    """Write a scenario.

    Args:
        plan: What it is about.
        tools: Those to use, in order; none for an agent without tools.
        category: Which kind it is.
        complexity: How much happens in it: "simple", "moderate" or "complex".
        rng: Decides everything else.
    """
    writer = Writer(plan, rng)
    usual = [tool for tool in tools if not tool.ends] or tools
    turns = [*(_WITH_TOOLS if tools else _WITHOUT_TOOLS)[category](writer, usual)]
    if tools and tools[0] not in usual:
        turns.append(writer.task(tools[0]))
    else:
        turns += _more(writer, usual, complexity)
    return {
        "title": f"{wording.TITLES[category]}: {turns[0].step[0].lower()}{turns[0].step[1:]}",
        "description": _description(plan, category, complexity),
        "tags": [category, complexity],
        "actions": actions_of([_introduced(plan, turns[0], rng), *turns[1:]]),
    }


def _more(writer: Writer, tools: Sequence[Tool], complexity: str) -> list[Turn]:
    """Return the turns after the essential ones: more the more complex the scenario is."""
    further = [writer.further(tools) for _ in range(COMPLEXITIES.index(complexity))]
    return [*further, writer.closing()] if complexity == COMPLEXITIES[-1] else further


def _introduced(plan: Plan, turn: Turn, rng: Random) -> Turn:
    """Return the first turn of a scenario with a greeting, in which the user may say who they are."""
    greeting = rng.choice(wording.GREETINGS)
    introductions = ["", greeting]
    if plan.persona:
        introductions.append(f"{greeting} I am {with_article(plan.persona)}.")
    if plan.domain:
        introductions.append(f"{greeting} I have {with_article(plan.domain)} matter.")
    return Turn(
        turn.step, f"{rng.choice(introductions)} {turn.says}".strip(), turn.answer_step, turn.answer, turn.calls
    )


def _description(plan: Plan, category: str, complexity: str) -> str:
    about = f"{capital(complexity)} scenario, {category.replace('_', ' ')}"
    user = f"; the user is {with_article(plan.persona)}" if plan.persona else ""
    return f"{about}{user}. {plan.background}".strip()


def _happy_path(writer: Writer, tools: Sequence[Tool]) -> list[Turn]:
    if len(tools) > 1 and writer.rng.random() < 0.25:
        return [writer.both(tools[0], tools[1])]
    return [writer.task(tools[0])]


def _edge_case(writer: Writer, tools: Sequence[Tool]) -> list[Turn]:
    kind = writer.rng.random()
    if kind < 0.3:
        return [writer.task(tools[0], "full")]
    return [writer.chatter(tools[0]) if kind < 0.6 else writer.correction(tools[0])]


def _error(writer: Writer, tools: Sequence[Tool]) -> list[Turn]:
    kind = writer.rng.random()
    if kind < 0.2:
        return [writer.outside()]
    return writer.missing(tools[0]) if kind < 0.6 else writer.refused_value(tools[0])


def _several_turns(writer: Writer, tools: Sequence[Tool]) -> list[Turn]:
    return [writer.task(tools[0]), writer.further(tools)]


def _boundaries(writer: Writer, tools: Sequence[Tool]) -> list[Turn]:
    return [writer.task(tools[0], "boundary")]


def _adversarial(writer: Writer, tools: Sequence[Tool]) -> list[Turn]:
    if tools and writer.rng.random() < 0.5:
        return [writer.embedded(tools[0])]
    return [attack(writer.plan, writer.rng.choice(ADVERSARIAL_ATTACKS), writer.rng)]


def _security(writer: Writer, _tools: Sequence[Tool]) -> list[Turn]:
    return [attack(writer.plan, writer.rng.choice(SECURITY_ATTACKS), writer.rng)]


def _question(writer: Writer, _tools: Sequence[Tool]) -> list[Turn]:
    return [writer.question()]


def _two_questions(writer: Writer, _tools: Sequence[Tool]) -> list[Turn]:
    return [writer.question(), writer.question()]


def _outside(writer: Writer, _tools: Sequence[Tool]) -> list[Turn]:
    return [writer.outside()]


_Core: TypeAlias = "Callable[[Writer, Sequence[Tool]], list[Turn]]"
_WITH_TOOLS: Mapping[str, _Core] = {
    "happy_path": _happy_path,
    "edge_cases": _edge_case,
    "error_handling": _error,
    "multi_turn": _several_turns,
    "boundary_values": _boundaries,
    "adversarial": _adversarial,
    "security": _security,
}
_WITHOUT_TOOLS: Mapping[str, _Core] = {
    **dict.fromkeys(("happy_path", "edge_cases", "boundary_values"), _question),
    "error_handling": _outside,
    "multi_turn": _two_questions,
    "adversarial": _adversarial,
    "security": _security,
}
