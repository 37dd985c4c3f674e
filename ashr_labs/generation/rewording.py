"""Other words for a scenario: which texts may change, what each must go on saying, and whether it does. Pure."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, parsed_json, preview
from .attacks import ATTACKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ashr_labs_types import Scenario

__all__ = ["Draft", "WordingError", "draft_of", "reworded"]

_LONGEST_FACTOR = 4
_LONGEST_LEAST = 400
_TELLING = 3
"""Shorter values, such as `5` or `no`, stand in many a text by chance."""
_ATTACKS = frozenset({"adversarial", "security", *ATTACKS})
_UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class WordingError(ValueError):
    """A wording cannot take the place of the former one; the message says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One text of a scenario that may be worded otherwise."""

    action: int
    """The place of its action in the scenario."""
    actor: str
    text: str
    must_say: tuple[str, ...]
    """Values of arguments that it says, word for word."""
    must_not_say: tuple[str, ...]
    """Values that the user says only later."""


def draft_of(scenario: Scenario) -> list[Draft]:
    """Return the texts of a scenario that may be worded otherwise, in order.

    None may be in an attack: its words are what the test is about.
    """
    actions = scenario.get("actions", [])
    if not _ATTACKS.isdisjoint(scenario.get("tags", [])):
        return []
    values = sorted({value for action in actions for value in _values(action)})
    texts = [(place, str(action.get("actor")), action.get("content")) for place, action in enumerate(actions)]
    drafts: list[Draft] = []
    heard: set[str] = set()
    for place, actor, text in texts:
        if not isinstance(text, str) or not text:
            continue
        says = tuple(value for value in values if _says(text, value))
        heard.update(says)
        secret = tuple(value for value in values if len(value) >= _TELLING and value not in heard)
        drafts.append(Draft(place, actor, text, says, secret))
    return drafts


def reworded(scenario: Scenario, drafts: list[Draft], answer: Mapping[str, Any]) -> Scenario:
    """Return the scenario with the texts of an answer such as `{"messages": ["...", "..."]}`.

    Raises:
        WordingError: A text is missing, too long, or does not say what it must.
    """
    texts = as_list(answer.get("messages"))
    if texts is None or len(texts) != len(drafts):
        raise WordingError(f"expected a list of {len(drafts)} messages, got {preview(answer.get('messages', answer))}")
    changed = copy.deepcopy(scenario)
    for number, (draft, text) in enumerate(zip(drafts, texts, strict=True), 1):
        action: Any = changed.get("actions", [])[draft.action]
        action["content"] = _checked(number, draft, text)
        if "expected_response" in action:
            action["expected_response"]["text"] = action["content"]
    return changed


def _checked(number: int, draft: Draft, text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise WordingError(f"message {number} is no text but {preview(text)}")
    if len(text) > max(_LONGEST_LEAST, _LONGEST_FACTOR * len(draft.text)):
        raise WordingError(f"message {number} is too long: {len(text)} characters for {len(draft.text)}")
    if _UNUSABLE.search(text):
        raise WordingError(f"message {number} holds a control character or half a character")
    for value in draft.must_say:
        if not _says(text, value):
            raise WordingError(f"message {number} does not say {preview(value)}")
    for value in draft.must_not_say:
        if _says(text, value):
            raise WordingError(f"message {number} says {preview(value)}, which the user says only later")
    return text.strip()


def _says(text: str, value: str) -> bool:
    """Tell whether a text says a value: not within another word or number."""
    before = r"(?<!\w)(?<!\d[.,])" if value[:1].isalnum() else ""
    after = r"(?!\w)(?![.,]\d)" if value[-1:].isalnum() else ""
    return re.search(f"{before}{re.escape(value)}{after}", text) is not None


def _values(action: Any) -> Iterable[str]:
    """Yield what the arguments of an action's expected calls hold, as it stands in texts."""
    response = as_object(action.get("expected_response")) or {}
    for call in as_list(response.get("tool_calls")) or ():
        yield from _leaves(parsed_json(call["arguments_json"]))


def _leaves(value: object) -> Iterable[str]:
    if (fields := as_object(value)) is not None:
        for item in fields.values():
            yield from _leaves(item)
    elif (items := as_list(value)) is not None:
        for item in items:
            yield from _leaves(item)
    elif isinstance(value, bool):
        yield "yes" if value else "no"
    elif isinstance(value, str):
        yield from (value,) if value else ()
    elif value is not None:
        yield json.dumps(value)
