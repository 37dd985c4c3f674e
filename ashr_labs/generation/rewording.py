"""Rewording of scenarios: the texts that may change, and validation of the new ones. Pure."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, parsed_json, preview
from .config import PENTEST_CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ashr_labs_types import Scenario

__all__ = ["RewordingError", "TextSlot", "apply_rewording", "text_slots"]

_MAX_LENGTH_FACTOR = 4
_MIN_LENGTH_LIMIT = 400
_MIN_SECRET_LENGTH = 3
"""Shorter values, such as `5` or `no`, often occur by coincidence."""
_ATTACKS = frozenset({"adversarial", "security", *PENTEST_CATEGORIES})
_UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class RewordingError(ValueError):
    """A rewording is invalid."""


@dataclass(frozen=True, slots=True)
class TextSlot:
    """One text of a scenario that may be reworded."""

    action: int
    """Index of the action in the scenario."""
    actor: str
    text: str
    must_say: tuple[str, ...]
    """Argument values that the text contains verbatim."""
    must_not_say: tuple[str, ...]
    """Argument values that appear only in later texts."""


def text_slots(scenario: Scenario) -> list[TextSlot]:
    """Return the texts of a scenario that may be reworded, in order.

    Attacks have none: their wording is the test.
    """
    actions = scenario.get("actions", [])
    if not _ATTACKS.isdisjoint(scenario.get("tags", [])):
        return []
    values = sorted({value for action in actions for value in _values(action)})
    texts = [(place, str(action.get("actor")), action.get("content")) for place, action in enumerate(actions)]
    slots: list[TextSlot] = []
    seen: set[str] = set()
    for place, actor, text in texts:
        if not isinstance(text, str) or not text:
            continue
        contained = tuple(value for value in values if _contains(text, value))
        seen.update(contained)
        secret = tuple(value for value in values if len(value) >= _MIN_SECRET_LENGTH and value not in seen)
        slots.append(TextSlot(place, actor, text, contained, secret))
    return slots


def apply_rewording(scenario: Scenario, slots: list[TextSlot], answer: Mapping[str, Any]) -> Scenario:
    """Return the scenario with the texts of `{"messages": ["...", "..."]}`.

    Raises:
        RewordingError: One text is missing, too long, or lacks a required value.
    """
    texts = as_list(answer.get("messages"))
    if texts is None or len(texts) != len(slots):
        raise RewordingError(f"expected a list of {len(slots)} messages, got {preview(answer.get('messages', answer))}")
    changed = copy.deepcopy(scenario)
    for number, (slot, text) in enumerate(zip(slots, texts, strict=True), 1):
        action: Any = changed.get("actions", [])[slot.action]
        action["content"] = _checked(number, slot, text)
        if "expected_response" in action:
            action["expected_response"]["text"] = action["content"]
    return changed


def _checked(number: int, slot: TextSlot, text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise RewordingError(f"message {number} must be a string, got {preview(text)}")
    if len(text) > max(_MIN_LENGTH_LIMIT, _MAX_LENGTH_FACTOR * len(slot.text)):
        raise RewordingError(f"message {number} is too long: {len(text)} characters instead of {len(slot.text)}")
    if _UNUSABLE.search(text):
        raise RewordingError(f"message {number} contains a control character or a lone surrogate")
    for value in slot.must_say:
        if not _contains(text, value):
            raise RewordingError(f"message {number} does not contain {preview(value)}")
    for value in slot.must_not_say:
        if _contains(text, value):
            raise RewordingError(f"message {number} contains {preview(value)}, which belongs to a later message")
    return text.strip()


def _contains(text: str, value: str) -> bool:
    """Return True if the text contains the value, but not as part of another word or number."""
    before = r"(?<!\w)(?<!\d[.,])" if value[:1].isalnum() else ""
    after = r"(?!\w)(?![.,]\d)" if value[-1:].isalnum() else ""
    return re.search(f"{before}{re.escape(value)}{after}", text) is not None


def _values(action: Any) -> Iterable[str]:
    """Yield the argument values of expected calls as they are written in texts."""
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
