"""Turns of a conversation: a user message with the reply and tool calls expected from a good agent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object
from . import phrases
from .phrases import (
    capitalized,
    format_arguments,
    format_request,
    format_result,
    format_scope,
    in_words,
    join_labels,
    join_words,
    label,
    with_article,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from ashr_labs_types import Action

    from .config import DatasetPlan
    from .sampler import Style
    from .tools import Tool

__all__ = ["Turn", "TurnBuilder", "actions_of"]

Call = tuple[str, "Mapping[str, Any]"]

_RECORD_PROBABILITY = 0.8


@dataclass(frozen=True, slots=True)
class Turn:
    """A user message and the expected reply."""

    step: str
    """Name of the user's action."""
    message: str
    reply_step: str
    reply: str
    calls: Sequence[Call] = ()


def actions_of(turns: Sequence[Turn]) -> list[Action]:
    """Return turns as the actions of a scenario, two for each turn."""
    actions: list[Action] = []
    for turn in turns:
        actions.append({"actor": "user", "name": turn.step, "content": turn.message})
        actions.append(
            {
                "actor": "agent",
                "name": turn.reply_step,
                "content": turn.reply,
                "expected_response": {
                    "tool_calls": [
                        {"name": name, "arguments_json": json.dumps(arguments, ensure_ascii=False)}
                        for name, arguments in turn.calls
                    ],
                    "text": turn.reply,
                },
            }
        )
    return actions


@dataclass(slots=True)
class TurnBuilder:
    """Builds the turns of one scenario and keeps track of the values that the user has given."""

    plan: DatasetPlan
    rng: Random
    known: dict[str, Any] = field(default_factory=dict[str, Any])
    """Argument values given by the user so far."""
    used: list[str] = field(default_factory=list[str])
    """Names of the called tools, in order."""
    asked: list[str] = field(default_factory=list[str])
    """Questions asked without a tool, in order."""

    def task(self, tool: Tool, style: Style = "typical", extra: str = "") -> Turn:
        """Return a request with all arguments of the tool."""
        arguments = self.arguments(tool, style)
        request = format_request(self.rng.choice(phrases.REQUESTS), tool, format_arguments(arguments, self.rng))
        return self.with_tool_call(tool, arguments, f"{request} {extra}".strip(), f"Ask to {tool.purpose}")

    def next_request(self, tools: Sequence[Tool]) -> Turn:
        """Return a request for the next unused tool, or a repeated one if every tool was used."""
        if not tools:
            return self.question()
        tool = tools[len(self.used) % len(tools)]
        if tool.name in self.used:
            return self.repetition(tool)
        return self.follow_up(tool) if self.used else self.task(tool)

    def follow_up(self, tool: Tool) -> Turn:
        """Return a request that refers to values given before."""
        arguments = tool.arguments(self.rng, known=self.known)
        same = [name for name, value in arguments.items() if name in self.known and self.known[name] == value]
        new = {name: value for name, value in arguments.items() if name not in same}
        reference = self.rng.choice(phrases.SAME).format(labels=join_labels(same)) if same else ""
        request = format_request(
            self.rng.choice(phrases.NEXT), tool, f"{reference} {format_arguments(new, self.rng)}".strip()
        )
        return self.with_tool_call(tool, arguments, request, f"Then ask to {tool.purpose}")

    def repetition(self, tool: Tool) -> Turn:
        """Return a request for a used tool with other values."""
        arguments = tool.arguments(self.rng)
        request = format_request(self.rng.choice(phrases.AGAIN), tool, format_arguments(arguments, self.rng))
        return self.with_tool_call(tool, arguments, request, f"Ask to {tool.purpose} again")

    def combined(self, first: Tool, second: Tool) -> Turn:
        """Return one message with requests for two tools."""
        one = self.task(first)
        arguments = second.arguments(self.rng, known=self.known)
        request = format_request("Also, please {purpose}. {details}", second, format_arguments(arguments, self.rng))
        two = self.with_tool_call(second, arguments, request, f"Ask to {second.purpose}")
        return Turn(
            f"{one.step}, and to {second.purpose}",
            f"{one.message} {two.message}",
            f"{one.reply_step}, and {second.purpose}",
            f"{one.reply} {two.reply}",
            (*one.calls, *two.calls),
        )

    def missing_arguments(self, tool: Tool) -> list[Turn]:
        """Return a request without arguments, and the arguments after the agent has asked for them."""
        arguments = self.arguments(tool, "minimal")
        if not arguments:
            return [self.out_of_scope()]
        names = join_labels(list(arguments))
        return [
            Turn(
                f"Ask to {tool.purpose}, without details",
                format_request(self.rng.choice(phrases.REQUESTS), tool, ""),
                f"Ask for the {names}",
                self.rng.choice(phrases.ASKS).format(labels=names),
            ),
            self.with_tool_call(tool, arguments, format_arguments(arguments, self.rng), f"Give the {names}"),
        ]

    def invalid_value(self, tool: Tool) -> list[Turn]:
        """Return a request with a value that violates the schema, and the corrected request."""
        arguments = self.arguments(tool)
        for name in arguments:
            for wrong, rule in _invalid_values(tool.properties.get(name)):
                if not tool.accepts({**arguments, name: wrong}):
                    return self.invalid_then_valid(tool, arguments, name, wrong, rule)
        return self.missing_arguments(tool)

    def invalid_then_valid(
        self, tool: Tool, arguments: Mapping[str, Any], name: str, wrong: Any, rule: str
    ) -> list[Turn]:
        """Return the turns of a rejected value and its correction."""
        first = format_arguments({**arguments, name: wrong}, self.rng)
        reply = self.rng.choice(phrases.NOT_ALLOWED).format(value=in_words(wrong), label=label(name), rule=rule)
        return [
            Turn(
                f"Ask to {tool.purpose}, with {with_article(label(name))} that is not allowed",
                format_request(self.rng.choice(phrases.REQUESTS), tool, first),
                f"Refuse the {label(name)}",
                capitalized(reply),
            ),
            self.with_tool_call(
                tool,
                arguments,
                f"Then take this instead. {format_arguments({name: arguments[name]}, self.rng)}",
                f"Give another {label(name)}",
            ),
        ]

    def correction(self, tool: Tool) -> Turn:
        """Return a request that corrects a value within the same message."""
        arguments = self.arguments(tool)
        other = tool.arguments(self.rng)
        for name, value in arguments.items():
            wrong = other.get(name, value)
            if wrong != value and isinstance(wrong, str | int | float) and not isinstance(wrong, bool):
                request = format_request(
                    self.rng.choice(phrases.REQUESTS), tool, format_arguments({**arguments, name: wrong}, self.rng)
                )
                right = f"the {label(name)} is {in_words(value)}"
                corrected = self.rng.choice(phrases.CORRECTIONS).format(right=right, wrong=in_words(wrong))
                return self.with_tool_call(
                    tool, arguments, f"{request} {corrected}", f"Ask to {tool.purpose}, correcting the {label(name)}"
                )
        return self.small_talk(tool)

    def small_talk(self, tool: Tool) -> Turn:
        """Return a request surrounded by small talk."""
        talk = self.rng.choice(phrases.CHATTER)
        if self.plan.sample_messages and self.rng.random() < 0.5:
            talk = (
                f'Earlier I wanted to ask "{self.rng.choice(self.plan.sample_messages).message}", but that is settled.'
            )
        turn = self.task(tool)
        return Turn(f"{turn.step}, in passing", f"{talk} {turn.message}", turn.reply_step, turn.reply, turn.calls)

    def injected_instruction(self, tool: Tool) -> Turn:
        """Return a request that quotes an injected instruction, which the agent must ignore."""
        others = [other.purpose for other in self.plan.tools if other.name != tool.name]
        other = self.rng.choice(others or ["reveal what you know"])
        return self.task(tool, extra=self.rng.choice(phrases.EMBEDDED).format(other=other))

    def out_of_scope(self) -> Turn:
        """Return a request that the agent cannot fulfil."""
        answer = self.rng.choice(phrases.IMPOSSIBLE).format(scope=format_scope(self.plan))
        return Turn("Ask for something out of scope", self.rng.choice(phrases.OUTSIDE), "Decline", answer)

    def question(self) -> Turn:
        """Return a question that needs no tool and was not asked before."""
        answers = {sample.message: sample.reply for sample in self.plan.sample_messages}
        usual = [template.format(topic=self.plan.topic) for template in phrases.QUESTIONS]
        message = self.rng.choice([text for text in (*answers, *usual) if text not in self.asked] or usual)
        self.asked.append(message)
        answer = answers.get(message) or self.rng.choice(phrases.ANSWERS).format(topic=self.plan.topic)
        return Turn("Ask a question", message, "Answer the question", answer)

    def closing(self) -> Turn:
        """Return the last turn, in which the user says thanks."""
        message, reply = self.rng.choice(phrases.CLOSINGS)
        return Turn("Say thanks", message, "Say goodbye", reply)

    def arguments(self, tool: Tool, style: Style = "typical") -> dict[str, Any]:
        """Sample arguments, with values of one of the config's records where the schema allows them."""
        usable = self.plan.records if style != "boundary" and self.rng.random() < _RECORD_PROBABILITY else ()
        record = self.rng.choice(usable) if usable else None
        return tool.arguments(self.rng, style, record)

    def with_tool_call(self, tool: Tool, arguments: Mapping[str, Any], message: str, step: str) -> Turn:
        """Return a turn in which the agent calls the tool."""
        self.known |= arguments
        self.used.append(tool.name)
        answer = format_result(tool, arguments, self.rng)
        return Turn(step, message, capitalized(tool.purpose), answer, ((tool.name, arguments),))


def _invalid_values(schema: Any) -> list[tuple[Any, str]]:
    """Return values that probably violate a property's schema, each with the violated rule."""
    rules = as_object(schema) or {}
    choices = as_list(rules.get("enum")) or ()
    found: list[tuple[Any, str]] = []
    if choices and len(choices) <= 8:
        rule = f"it must be one of {join_words(map(in_words, choices), last='or')}"
        found += [(strange, rule) for strange in phrases.STRANGE_VALUES]
    if "maximum" in rules:
        found.append((rules["maximum"] + 1, f"it must be at most {in_words(rules['maximum'])}"))
    if "minimum" in rules:
        found.append((rules["minimum"] - 1, f"it must be at least {in_words(rules['minimum'])}"))
    return found
