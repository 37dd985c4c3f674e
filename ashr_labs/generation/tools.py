"""An agent's tools: what each is for, in words, and arguments that its schema allows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from .._json import as_object
from ..errors import ValidationError
from .realistic import words_of
from .sampler import sample
from .wording import ENDING, PLAIN_STARTS, READING_VERBS, VERBS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from .sampler import Style
    from .schemas import Schema

__all__ = ["Tool", "imperative", "read_tool"]

_TRIES = 40
_MOST_WORDS = 14


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool of the agent."""

    name: str
    purpose: str
    """What it does, as a request would put it: "look up an order"."""
    schema: Schema
    """JSON Schema of the arguments."""
    validators: tuple[jsonschema_rs.Validator, ...]
    """Check arguments with and without looking at formats, since readers of a schema differ in that."""
    path: str
    """Where in the config it stands."""

    @property
    def reads(self) -> bool:
        """Whether it only looks something up, as far as its purpose tells."""
        return self.purpose.startswith(READING_VERBS)

    @property
    def ends(self) -> bool:
        """Whether nothing more can be said after it, as far as its purpose tells."""
        return ENDING.match(self.purpose) is not None

    @property
    def properties(self) -> Mapping[str, Any]:
        """The schemas of the arguments."""
        return as_object(self.schema.get("properties")) or {}

    def allows(self, arguments: dict[str, Any]) -> bool:
        """Tell whether the schema allows arguments."""
        return all(validator.is_valid(arguments) for validator in self.validators)

    def arguments(
        self, rng: Random, style: Style = "typical", known: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Draw arguments that the schema allows, with values that are known already where they fit.

        Raises:
            ValidationError: None could be drawn.
        """
        drawn = self._drawn(rng, style)
        for name, value in (known or {}).items():
            changed = {**drawn, name: value}
            if name in drawn and self.allows(changed):
                drawn = changed
        return drawn

    def _drawn(self, rng: Random, style: Style) -> dict[str, Any]:
        reason = "what was drawn did not match it"
        for attempt in range(_TRIES):
            try:
                drawn: dict[str, Any] = sample(self.schema, rng, style if attempt < _TRIES // 2 else "minimal")
            except (ValueError, ArithmeticError) as error:
                reason = str(error)
            else:
                if self.allows(drawn):
                    return drawn
        raise ValidationError(f"{self.path}.parameters: no arguments could be drawn from this schema: {reason}")


def read_tool(definition: Mapping[str, Any], path: str) -> Tool:
    """Read a tool from a generation config.

    Raises:
        ValidationError: Its parameters are not a JSON Schema of an object that stands by itself.
    """
    parameters: Schema = definition.get("parameters") or {}
    schema = {"type": "object", **parameters}
    if schema["type"] != "object":
        raise ValidationError(f"{path}.parameters.type: arguments are an object, not {schema['type']!r}")
    try:
        validators = tuple(
            jsonschema_rs.validator_for(schema, validate_formats=formats, offline=True) for formats in (True, False)
        )
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        at = "".join(f".{part}" for part in getattr(error, "instance_path", ()))
        raise ValidationError(
            f"{path}.parameters{at}: not a JSON Schema: {str(error).partition(chr(10))[0]}"
        ) from error
    name = definition["name"]
    return Tool(name, _purpose(name, definition.get("description") or ""), schema, validators, path)


def _purpose(name: str, description: str) -> str:
    """Say what a tool does, beginning with a verb: from its description, else from its name."""
    phrase = re.split(r"[.;:(\n]|,? (?:which|including|such as|e\.g)\b| - ", description.strip(), maxsplit=1)[0].split()
    if phrase and len(phrase) <= _MOST_WORDS and (verb := imperative(phrase[0].lower())):
        return " ".join([verb, *phrase[1:]])
    words = words_of(name)
    if words and (verb := imperative(words[0])):
        rest = words[1:]
        article = [] if not rest or rest[0] in PLAIN_STARTS else ["the"]
        return " ".join([verb, *article, *rest])
    return f"use {' '.join(words) or name}"


def imperative(word: str) -> str | None:
    """Return the verb that a word is a form of: "looks" is of "look"; None where it is no verb that is known."""
    forms = (word, word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word))
    return next((VERBS[form] for form in forms if form in VERBS), None)
