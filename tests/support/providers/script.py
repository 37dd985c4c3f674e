"""The next answer of a model, in the terms of no provider."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """A call of a tool that the model asks for."""

    name: str
    arguments: dict[str, Any]
    id: str = "call_1"

    @property
    def text(self) -> str:
        return json.dumps(self.arguments)


@dataclass(frozen=True)
class Counts:
    """Tokens of an answer; `input` includes `cached`, and `output` includes `reasoning`."""

    input: int = 11
    output: int = 7
    cached: int = 4
    reasoning: int = 2


@dataclass(frozen=True)
class Answer:
    """An answer of the model, or an error of its API."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    more: tuple[str, ...] = ()
    """The texts of further choices."""
    reasoning: str = ""
    counts: Counts | None = field(default_factory=Counts)
    """None if the provider does not say."""
    status: int = 200
    message: str = "the request is wrong"
    """The message of an error."""
    cut_after: int | None = None
    """After how many events a stream is cut off."""
    pause: float = 0
    """Seconds before the answer, and before each event."""

    @property
    def pieces(self) -> list[str]:
        """The text as a stream has it: one word at a time."""
        return pieces(self.text)


def pieces(text: str) -> list[str]:
    """Return text in parts: words with the spaces before them."""
    words = text.split(" ")
    return [word if number == 0 else f" {word}" for number, word in enumerate(words)] if text else []


def halves(text: str) -> list[str]:
    """Return text in two parts."""
    middle = len(text) // 2
    return [text[:middle], text[middle:]]
