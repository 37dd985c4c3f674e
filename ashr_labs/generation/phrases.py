"""Arguments and purposes put into sentences."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object
from .realistic import words_of
from .wording import DONE, DONE_ALL, FOUND, FOUND_ALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from random import Random

    from .config import Plan
    from .tools import Tool

__all__ = ["asked", "capital", "details", "label", "labels", "listed", "outcome", "said", "scope", "with_article"]

_ABBREVIATIONS = frozenset({"api", "id", "iban", "ip", "isbn", "sku", "ssn", "uri", "url", "vat", "zip"})
_MOST_IN_A_SENTENCE = 3
_BARE = re.compile(r"[\w@+./:-]+(?: [\w@+./:-]+){0,3}")


def label(name: str) -> str:
    """Return the name of an argument as words.

    >>> label("shippingOrder_id")
    'shipping order ID'
    """
    words = [word.upper() if word in _ABBREVIATIONS else word for word in words_of(name)]
    return " ".join(words) or name


def said(value: object) -> str:
    """Return a value as somebody would write it in a message; every part of it is there."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ("", [], {}):
        return "nothing"
    if isinstance(value, str):
        return value if _BARE.fullmatch(value) else f'"{value}"'
    if (fields := as_object(value)) is not None:
        return ", ".join(f"{label(name)} {said(item)}" for name, item in fields.items())
    if (items := as_list(value)) is not None:
        return "; ".join(map(said, items)) if any(map(as_object, items)) else listed(map(said, items))
    return json.dumps(value)


def details(arguments: Mapping[str, Any], rng: Random) -> str:
    """Return one sentence that says every argument; nothing where there are none."""
    if not arguments:
        return ""
    plain = all(isinstance(value, str | int | float) and not isinstance(value, bool) for value in arguments.values())
    if plain and len(arguments) <= _MOST_IN_A_SENTENCE and rng.random() < 0.7:
        return capital(listed(f"the {label(name)} is {said(value)}" for name, value in arguments.items())) + "."
    start = rng.choice(("Here are the details: ", "Details: ", ""))
    parts = "; ".join(f"{label(name)}: {said(value)}" for name, value in arguments.items())
    return f"{start}{parts if start else capital(parts)}."


def asked(template: str, tool: Tool, said_details: str) -> str:
    """Return a request for what a tool does."""
    return template.format(purpose=tool.purpose, details=said_details).strip()


def outcome(tool: Tool, arguments: Mapping[str, Any], rng: Random) -> str:
    """Return what a good agent says after calling a tool, as far as that can be known beforehand."""
    telling = [
        f"{label(name)} {said(value)}"
        for name, value in arguments.items()
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    ]
    if not telling:
        return FOUND_ALL if tool.reads else DONE_ALL
    return rng.choice(FOUND if tool.reads else DONE).format(brief=listed(telling[:_MOST_IN_A_SENTENCE]))


def scope(plan: Plan) -> str:
    """Return a sentence on what the agent can do."""
    if not plan.tools:
        return f"I can help you with {plan.topic}."
    return f"I can help you {listed((tool.purpose for tool in plan.tools[:3]), last='or')}."


def listed(parts: Iterable[str], last: str = "and") -> str:
    """Return parts as a list within a sentence: "a, b and c"."""
    *firsts, final = tuple(parts) or ("",)
    return f"{', '.join(firsts)} {last} {final}" if firsts else final


def capital(text: str) -> str:
    """Return a text with a capital first letter."""
    return text[:1].upper() + text[1:]


def with_article(noun: str) -> str:
    """Return a noun with "a" or "an"."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def labels(names: Sequence[str]) -> str:
    """Return the names of arguments as words within a sentence."""
    return listed(map(label, names))
