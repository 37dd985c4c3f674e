"""Tools of an agent: the purpose in words, and arguments that are valid for the schema."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import jsonschema_rs

from .._json import as_object
from ..errors import ValidationError
from .realistic import split_words
from .sampler import sample

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from .sampler import Style
    from .schemas import Schema

__all__ = ["Tool", "imperative_form", "read_tool"]

_MAX_ATTEMPTS = 40
_MAX_WORDS = 14


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_READING = _words(
    "analyze calculate check compare compute convert count describe detect determine estimate explain extract fetch "
    "find get identify inspect list load locate lookup look monitor predict preview query read recommend retrieve "
    "review scan search see show sort suggest summarize test track translate validate verify view"
)
_WRITING = _words(
    "accept activate add allocate answer append apply approve archive ask assign assist attach authorize begin "
    "block book buy call cancel change charge clear close collect complete configure confirm connect contact copy "
    "create deactivate decline delete deliver deploy disable disconnect dispatch download draft edit email enable "
    "end enroll escalate exchange execute export extend file fill finish forward generate give grant handle help "
    "hold import increase initiate insert install invite issue join launch leave link lock log make mark merge "
    "modify move notify open order pause pay perform place play post prepare print process provide publish "
    "purchase put raise record refund register reject release remind remove rename renew reopen replace reply "
    "report request reschedule reserve reset resolve restart restore resume return reverse revoke rotate route "
    "run save schedule select send set share ship shut sign skip start stop store submit subscribe suspend swap "
    "sync tag take terminate transfer trigger turn undo uninstall unlock unsubscribe update upgrade upload use "
    "withdraw write"
)
_VERBS: Final = {verb: verb for verb in (*_READING, *_WRITING)} | {"lookup": "look up"}
"""First words of purposes, each as written in a sentence."""
_READING_VERBS: Final = tuple(f"{_VERBS[verb]} " for verb in _READING)
_CLOSING_PURPOSE: Final = re.compile(
    r"(?:end|close|finish|terminate|leave|hang up)\b.*\b(?:call|chat|conversation|session|dialog\w*)\b"
)
"""Purposes of tools that close the conversation."""
_NO_ARTICLE: Final = frozenset(
    _words("a an the all any for from to by with in on of into at about up my your this that each new")
)
"""First words of an object that takes no article."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool of the agent."""

    name: str
    purpose: str
    """Purpose as an imperative: "look up an order"."""
    schema: Schema
    """JSON Schema of the arguments object."""
    validators: tuple[jsonschema_rs.Validator, ...]
    """One that checks formats and one that does not, since implementations differ."""
    path: str
    """Path in the config."""

    @property
    def is_read_only(self) -> bool:
        """Whether the purpose begins with a reading verb."""
        return self.purpose.startswith(_READING_VERBS)

    @property
    def ends_conversation(self) -> bool:
        """Whether the purpose is to close the conversation."""
        return _CLOSING_PURPOSE.match(self.purpose) is not None

    @property
    def properties(self) -> Mapping[str, Any]:
        """Schemas of the arguments by name."""
        return as_object(self.schema.get("properties")) or {}

    def accepts(self, arguments: dict[str, Any]) -> bool:
        """Return True if the arguments are valid for the schema."""
        return all(validator.is_valid(arguments) for validator in self.validators)

    def arguments(
        self, rng: Random, style: Style = "typical", known: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Sample valid arguments, with known values where the schema allows them.

        Raises:
            ValidationError: No valid arguments were found.
        """
        drawn = self._draw(rng, style)
        for name, value in (known or {}).items():
            changed = {**drawn, name: value}
            if name in drawn and self.accepts(changed):
                drawn = changed
        return drawn

    def _draw(self, rng: Random, style: Style) -> dict[str, Any]:
        reason = "no sampled value was valid"
        for attempt in range(_MAX_ATTEMPTS):
            try:
                drawn: dict[str, Any] = sample(self.schema, rng, style if attempt < _MAX_ATTEMPTS // 2 else "minimal")
            except (ValueError, ArithmeticError) as error:
                reason = str(error)
            else:
                if self.accepts(drawn):
                    return drawn
        raise ValidationError(f"{self.path}.parameters: could not sample valid arguments: {reason}")


def read_tool(definition: Mapping[str, Any], path: str) -> Tool:
    """Read a tool from a generation config.

    Raises:
        ValidationError: The parameters are not a self-contained JSON Schema of an object.
    """
    parameters: Schema = definition.get("parameters") or {}
    schema = {"type": "object", **parameters}
    if schema["type"] != "object":
        raise ValidationError(f"{path}.parameters.type: must be 'object', got {schema['type']!r}")
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
    """Return the purpose of a tool as an imperative, from its description or its name."""
    phrase = re.split(r"[.;:(\n]|,? (?:which|including|such as|e\.g)\b| - ", description.strip(), maxsplit=1)[0].split()
    if phrase and len(phrase) <= _MAX_WORDS and (verb := imperative_form(phrase[0].lower())):
        return " ".join([verb, *phrase[1:]])
    words = split_words(name)
    if words and (verb := imperative_form(words[0])):
        rest = words[1:]
        article = [] if not rest or rest[0] in _NO_ARTICLE else ["the"]
        return " ".join([verb, *article, *rest])
    return f"use {' '.join(words) or name}"


def imperative_form(word: str) -> str | None:
    """Return the imperative of a verb form: "look" for "looks"; None for an unknown verb."""
    forms = (word, word.removesuffix("s"), word.removesuffix("es"), re.sub("ies$", "y", word))
    return next((_VERBS[form] for form in forms if form in _VERBS), None)
