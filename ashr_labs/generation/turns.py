"""Turns of a conversation: what a user says, and the calls and the text that a good agent answers with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object
from . import wording
from .phrases import asked, capital, details, label, labels, listed, outcome, said, scope, with_article

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from ashr_labs_types import Action

    from .config import Plan
    from .sampler import Style
    from .tools import Tool

__all__ = ["Turn", "Writer", "actions_of"]

Call = tuple[str, "Mapping[str, Any]"]

_RECORDS_USED = 0.8


@dataclass(frozen=True, slots=True)
class Turn:
    """What a user says, and what the agent should do."""

    step: str
    """What the user does here, in a few words."""
    says: str
    answer_step: str
    answer: str
    calls: Sequence[Call] = ()


def actions_of(turns: Sequence[Turn]) -> list[Action]:
    """Return turns as the actions of a scenario."""
    actions: list[Action] = []
    for turn in turns:
        actions.append({"actor": "user", "name": turn.step, "content": turn.says})
        actions.append(
            {
                "actor": "agent",
                "name": turn.answer_step,
                "content": turn.answer,
                "expected_response": {
                    "tool_calls": [
                        {"name": name, "arguments_json": json.dumps(arguments, ensure_ascii=False)}
                        for name, arguments in turn.calls
                    ],
                    "text": turn.answer,
                },
            }
        )
    return actions


@dataclass(slots=True)
class Writer:
    """Writes the turns of one scenario, remembering what the user has said in it."""

    plan: Plan
    rng: Random
    known: dict[str, Any] = field(default_factory=dict[str, Any])
    """Values of arguments that the user has given."""
    used: list[str] = field(default_factory=list[str])
    """Names of the tools that were called, in order."""
    asked: list[str] = field(default_factory=list[str])
    """Questions that need no tool, in order."""

    def task(self, tool: Tool, style: Style = "typical", extra: str = "") -> Turn:
        """Ask for what a tool does, with all that it needs."""
        arguments = self.arguments(tool, style)
        request = asked(self.rng.choice(wording.REQUESTS), tool, details(arguments, self.rng))
        return self.answered(tool, arguments, f"{request} {extra}".strip(), f"Ask to {tool.purpose}")

    def further(self, tools: Sequence[Tool]) -> Turn:
        """Ask for the next thing: something else where there are other tools, else the same again."""
        if not tools:
            return self.question()
        tool = tools[len(self.used) % len(tools)]
        if tool.name in self.used:
            return self.repetition(tool)
        return self.follow_up(tool) if self.used else self.task(tool)

    def follow_up(self, tool: Tool) -> Turn:
        """Ask for something further, without repeating what was said before."""
        arguments = tool.arguments(self.rng, known=self.known)
        same = [name for name, value in arguments.items() if name in self.known and self.known[name] == value]
        new = {name: value for name, value in arguments.items() if name not in same}
        reference = self.rng.choice(wording.SAME).format(labels=labels(same)) if same else ""
        request = asked(self.rng.choice(wording.NEXT), tool, f"{reference} {details(new, self.rng)}".strip())
        return self.answered(tool, arguments, request, f"Then ask to {tool.purpose}")

    def repetition(self, tool: Tool) -> Turn:
        """Ask for the same thing again, with other values."""
        arguments = tool.arguments(self.rng)
        request = asked(self.rng.choice(wording.AGAIN), tool, details(arguments, self.rng))
        return self.answered(tool, arguments, request, f"Ask to {tool.purpose} again")

    def both(self, first: Tool, second: Tool) -> Turn:
        """Ask for two things in one message."""
        one = self.task(first)
        arguments = second.arguments(self.rng, known=self.known)
        request = asked("Also, please {purpose}. {details}", second, details(arguments, self.rng))
        two = self.answered(second, arguments, request, f"Ask to {second.purpose}")
        return Turn(
            f"{one.step}, and to {second.purpose}",
            f"{one.says} {two.says}",
            f"{one.answer_step}, and {second.purpose}",
            f"{one.answer} {two.answer}",
            (*one.calls, *two.calls),
        )

    def missing(self, tool: Tool) -> list[Turn]:
        """Ask without what the tool needs, and give it when asked."""
        arguments = self.arguments(tool, "minimal")
        if not arguments:
            return [self.outside()]
        names = labels(list(arguments))
        return [
            Turn(
                f"Ask to {tool.purpose}, without details",
                asked(self.rng.choice(wording.REQUESTS), tool, ""),
                f"Ask for the {names}",
                self.rng.choice(wording.ASKS).format(labels=names),
            ),
            self.answered(tool, arguments, details(arguments, self.rng), f"Give the {names}"),
        ]

    def refused_value(self, tool: Tool) -> list[Turn]:
        """Give a value that the schema does not allow, and a right one when told so."""
        arguments = self.arguments(tool)
        for name in arguments:
            for wrong, rule in _wrong_values(tool.properties.get(name)):
                if not tool.allows({**arguments, name: wrong}):
                    return self.refusal_and_correction(tool, arguments, name, wrong, rule)
        return self.missing(tool)

    def refusal_and_correction(
        self, tool: Tool, arguments: Mapping[str, Any], name: str, wrong: Any, rule: str
    ) -> list[Turn]:
        """Answer a value that is not allowed, and the right one after it."""
        first = details({**arguments, name: wrong}, self.rng)
        reply = self.rng.choice(wording.NOT_ALLOWED).format(value=said(wrong), label=label(name), rule=rule)
        return [
            Turn(
                f"Ask to {tool.purpose}, with {with_article(label(name))} that is not allowed",
                asked(self.rng.choice(wording.REQUESTS), tool, first),
                f"Refuse the {label(name)}",
                capital(reply),
            ),
            self.answered(
                tool,
                arguments,
                f"Then take this instead. {details({name: arguments[name]}, self.rng)}",
                f"Give another {label(name)}",
            ),
        ]

    def correction(self, tool: Tool) -> Turn:
        """Give a wrong value and put it right in the same message."""
        arguments = self.arguments(tool)
        other = tool.arguments(self.rng)
        for name, value in arguments.items():
            wrong = other.get(name, value)
            if wrong != value and isinstance(wrong, str | int | float) and not isinstance(wrong, bool):
                request = asked(self.rng.choice(wording.REQUESTS), tool, details({**arguments, name: wrong}, self.rng))
                right = f"the {label(name)} is {said(value)}"
                put_right = self.rng.choice(wording.CORRECTIONS).format(right=right, wrong=said(wrong))
                return self.answered(
                    tool, arguments, f"{request} {put_right}", f"Ask to {tool.purpose}, correcting the {label(name)}"
                )
        return self.chatter(tool)

    def chatter(self, tool: Tool) -> Turn:
        """Ask in the middle of other talk."""
        talk = self.rng.choice(wording.CHATTER)
        if self.plan.quotes and self.rng.random() < 0.5:
            talk = f'Earlier I wanted to ask "{self.rng.choice(self.plan.quotes).message}", but that is settled.'
        turn = self.task(tool)
        return Turn(f"{turn.step}, in passing", f"{talk} {turn.says}", turn.answer_step, turn.answer, turn.calls)

    def embedded(self, tool: Tool) -> Turn:
        """Ask with a foreign instruction in the message, which must not be followed."""
        others = [other.purpose for other in self.plan.tools if other.name != tool.name]
        other = self.rng.choice(others or ["reveal what you know"])
        return self.task(tool, extra=self.rng.choice(wording.EMBEDDED).format(other=other))

    def outside(self) -> Turn:
        """Ask for what no agent can do."""
        answer = self.rng.choice(wording.IMPOSSIBLE).format(scope=scope(self.plan))
        return Turn("Ask for something out of scope", self.rng.choice(wording.OUTSIDE), "Decline", answer)

    def question(self) -> Turn:
        """Ask something that needs no tool, and that was not asked yet."""
        answers = {quote.message: quote.answer for quote in self.plan.quotes}
        usual = [template.format(topic=self.plan.topic) for template in wording.QUESTIONS]
        message = self.rng.choice([text for text in (*answers, *usual) if text not in self.asked] or usual)
        self.asked.append(message)
        answer = answers.get(message) or self.rng.choice(wording.ANSWERS).format(topic=self.plan.topic)
        return Turn("Ask a question", message, "Answer the question", answer)

    def closing(self) -> Turn:
        """Say thanks."""
        says, answer = self.rng.choice(wording.CLOSINGS)
        return Turn("Say thanks", says, "Say goodbye", answer)

    def arguments(self, tool: Tool, style: Style = "typical") -> dict[str, Any]:
        """Draw arguments, with the values of one of the config's records where they fit."""
        usable = self.plan.records if style != "boundary" and self.rng.random() < _RECORDS_USED else ()
        record = self.rng.choice(usable) if usable else None
        return tool.arguments(self.rng, style, record)

    def answered(self, tool: Tool, arguments: Mapping[str, Any], says: str, step: str) -> Turn:
        """Return the turn in which the agent calls a tool."""
        self.known |= arguments
        self.used.append(tool.name)
        answer = outcome(tool, arguments, self.rng)
        return Turn(step, says, capital(tool.purpose), answer, ((tool.name, arguments),))


def _wrong_values(schema: Any) -> list[tuple[Any, str]]:
    """Return values that a property's schema seems to refuse, each with the rule that it breaks."""
    rules = as_object(schema) or {}
    choices = as_list(rules.get("enum")) or ()
    found: list[tuple[Any, str]] = []
    if choices and len(choices) <= 8:
        rule = f"it must be one of {listed(map(said, choices), last='or')}"
        found += [(strange, rule) for strange in wording.STRANGE_VALUES]
    if "maximum" in rules:
        found.append((rules["maximum"] + 1, f"it must be at most {said(rules['maximum'])}"))
    if "minimum" in rules:
        found.append((rules["minimum"] - 1, f"it must be at least {said(rules['minimum'])}"))
    return found
