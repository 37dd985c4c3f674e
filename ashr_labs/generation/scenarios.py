"""Scenarios of conversations, by category and complexity."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import phrases
from .attacks import adversarial_turn, security_turn
from .config import COMPLEXITIES
from .phrases import capitalized, with_article
from .turns import Turn, TurnBuilder, actions_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

    from ashr_labs_types import Scenario

    from .config import DatasetPlan
    from .tools import Tool

__all__ = ["build_scenario"]


def build_scenario(plan: DatasetPlan, tools: Sequence[Tool], category: str, complexity: str, rng: Random) -> Scenario:
    """Build a scenario.

    Args:
        plan: Describes the agent and its users.
        tools: The tools to use, in order; empty for an agent without tools.
        category: One of `CATEGORIES`.
        complexity: "simple", "moderate" or "complex".
        rng: Source of every other choice.
    """
    builder = TurnBuilder(plan, rng)
    usable = [tool for tool in tools if not tool.ends_conversation] or tools
    turns = [*(_WITH_TOOLS if tools else _WITHOUT_TOOLS)[category](builder, usable)]
    if tools and tools[0] not in usable:
        turns.append(builder.task(tools[0]))
    else:
        turns += _extra_turns(builder, usable, complexity)
    return {
        "title": f"{phrases.TITLES[category]}: {turns[0].step[0].lower()}{turns[0].step[1:]}",
        "description": _description(plan, category, complexity),
        "tags": [category, complexity],
        "actions": actions_of([_with_greeting(plan, turns[0], rng), *turns[1:]]),
    }


def _extra_turns(builder: TurnBuilder, tools: Sequence[Tool], complexity: str) -> list[Turn]:
    """Return turns that follow the first ones; their number grows with the complexity."""
    next_request = [builder.next_request(tools) for _ in range(COMPLEXITIES.index(complexity))]
    return [*next_request, builder.closing()] if complexity == COMPLEXITIES[-1] else next_request


def _with_greeting(plan: DatasetPlan, turn: Turn, rng: Random) -> Turn:
    """Return the first turn with a greeting, in which the user may introduce themselves."""
    greeting = rng.choice(phrases.GREETINGS)
    introductions = ["", greeting]
    if plan.persona:
        introductions.append(f"{greeting} I am {with_article(plan.persona)}.")
    if plan.domain:
        introductions.append(f"{greeting} I have {with_article(plan.domain)} matter.")
    return Turn(
        turn.step, f"{rng.choice(introductions)} {turn.message}".strip(), turn.reply_step, turn.reply, turn.calls
    )


def _description(plan: DatasetPlan, category: str, complexity: str) -> str:
    about = f"{capitalized(complexity)} scenario, {category.replace('_', ' ')}"
    user = f"; the user is {with_article(plan.persona)}" if plan.persona else ""
    return f"{about}{user}. {plan.background}".strip()


def _happy_path(builder: TurnBuilder, tools: Sequence[Tool]) -> list[Turn]:
    if len(tools) > 1 and builder.rng.random() < 0.25:
        return [builder.combined(tools[0], tools[1])]
    return [builder.task(tools[0])]


def _edge_case(builder: TurnBuilder, tools: Sequence[Tool]) -> list[Turn]:
    kind = builder.rng.random()
    if kind < 0.3:
        return [builder.task(tools[0], "full")]
    return [builder.small_talk(tools[0]) if kind < 0.6 else builder.correction(tools[0])]


def _error(builder: TurnBuilder, tools: Sequence[Tool]) -> list[Turn]:
    kind = builder.rng.random()
    if kind < 0.2:
        return [builder.out_of_scope()]
    return builder.missing_arguments(tools[0]) if kind < 0.6 else builder.invalid_value(tools[0])


def _several_turns(builder: TurnBuilder, tools: Sequence[Tool]) -> list[Turn]:
    return [builder.task(tools[0]), builder.next_request(tools)]


def _boundaries(builder: TurnBuilder, tools: Sequence[Tool]) -> list[Turn]:
    return [builder.task(tools[0], "boundary")]


def _adversarial(builder: TurnBuilder, tools: Sequence[Tool]) -> list[Turn]:
    if tools and builder.rng.random() < 0.5:
        return [builder.injected_instruction(tools[0])]
    return [adversarial_turn(builder.plan, builder.rng)]


def _security(builder: TurnBuilder, _tools: Sequence[Tool]) -> list[Turn]:
    return [security_turn(builder.plan, builder.rng)]


def _question(builder: TurnBuilder, _tools: Sequence[Tool]) -> list[Turn]:
    return [builder.question()]


def _two_questions(builder: TurnBuilder, _tools: Sequence[Tool]) -> list[Turn]:
    return [builder.question(), builder.question()]


def _outside(builder: TurnBuilder, _tools: Sequence[Tool]) -> list[Turn]:
    return [builder.out_of_scope()]


_BuildTurns: TypeAlias = "Callable[[TurnBuilder, Sequence[Tool]], list[Turn]]"
_WITH_TOOLS: Mapping[str, _BuildTurns] = {
    "happy_path": _happy_path,
    "edge_cases": _edge_case,
    "error_handling": _error,
    "multi_turn": _several_turns,
    "boundary_values": _boundaries,
    "adversarial": _adversarial,
    "security": _security,
}
_WITHOUT_TOOLS: Mapping[str, _BuildTurns] = {
    **dict.fromkeys(("happy_path", "edge_cases", "boundary_values"), _question),
    "error_handling": _outside,
    "multi_turn": _two_questions,
    "adversarial": _adversarial,
    "security": _security,
}
