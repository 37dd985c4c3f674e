"""Inputs and expected outputs of examples, of any shape, become what a user says and an agent answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object
from .draft import JUST_KEPT
from .messages import add_message, add_messages, is_message, is_messages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .draft import Draft, Field

__all__ = ["INPUT_KEYS", "OUTPUT_KEYS", "add_expected", "add_input"]

INPUT_KEYS = ("input", "question", "query", "prompt", "message", "user_input", "text", "content", "instruction")
OUTPUT_KEYS = (
    *("expected", "answer", "output", "expected_output", "response", "message", "text", "content", "completion"),
    *("reference", "reference_answer", "ground_truth", "label", "result", "preferred_output"),
)
_AS_JSON = "{}: no message in it, so its JSON is the text"


def add_input(draft: Draft, value: object, field: Field, key: str | None = None) -> None:
    """Add what an example gives to the agent: a text, messages, or an object that holds either.

    Args:
        draft: The scenario.
        value: The input.
        field: Where it stands.
        key: Which of an object's keys holds it; else the usual ones are looked for.

    Raises:
        DatasetError: A message in it cannot be read.
    """
    value = _chosen(draft, value, field, ("messages", *INPUT_KEYS), key)
    if is_messages(value):
        add_messages(draft, value, field)
    elif is_message(value):
        add_message(draft, value, field)
    else:
        draft.user_says(_as_text(draft, value, field))


def add_expected(draft: Draft, value: object, field: Field, key: str | None = None) -> None:
    """Add what the agent is expected to answer, as for `add_input()`; calls of tools may stand in it, too."""
    value = _message_of(_chosen(draft, value, field, ("messages", *OUTPUT_KEYS), key))
    fields = as_object(value) or {}
    if value is None or value in ("", [], {}):
        return
    if is_messages(value):
        add_messages(draft, value, field)
    elif is_message(value):
        add_message(draft, value, field)
    elif "tool_calls" in fields:
        add_message(draft, {**fields, "role": "assistant", "content": _text_in(draft, fields, field)}, field)
    else:
        draft.agent_says(_as_text(draft, value, field), [])


def _chosen(draft: Draft, value: object, field: Field, usual: Sequence[str], key: str | None) -> object:
    """Return what is meant of an object with several keys, and keep the rest."""
    fields = as_object(value)
    if fields is None or is_message(fields) or "tool_calls" in fields or {"choices", "generations"} & fields.keys():
        return value
    if key is not None and key not in fields:
        raise field.key(key).fault(f"is missing; there are {', '.join(fields)}")
    found = key or next((one for one in usual if fields.get(one) is not None), None)
    if found is None and len(fields) == 1 and isinstance(next(iter(fields.values())), str):
        found = next(iter(fields))
    if found is None:
        return value
    _keep_rest(draft, fields, found, field)
    return _unnested(fields[found])


def _unnested(value: object) -> object:
    """Return the messages of a batch of one, as LangChain records what it gives to models."""
    while (listed := as_list(value)) and len(listed) == 1 and as_list(listed[0]) is not None:
        value = listed[0]
    return value


def _keep_rest(draft: Draft, fields: Mapping[str, Any], found: str, field: Field) -> None:
    for key, other in fields.items():
        if key != found:
            draft.keep(f"{field.path}.{key}", other, JUST_KEPT.format(f"{field.path}.{key}"))


def _message_of(value: object) -> object:
    """Return the message in what a model's API or LangSmith's model runs answer."""
    fields = as_object(value) or {}
    choices = as_list(fields.get("choices")) or as_list(fields.get("generations"))
    while choices and as_list(choices[0]):
        choices = as_list(choices[0])
    if not choices:
        return value
    first = as_object(choices[0]) or {}
    return first.get("message") or first.get("text") or value


def _text_in(draft: Draft, fields: Mapping[str, Any], field: Field) -> object:
    found = next((key for key in OUTPUT_KEYS if isinstance(fields.get(key), str)), None)
    rest = {key: one for key, one in fields.items() if key != "tool_calls"}
    if found is not None or rest:
        _keep_rest(draft, rest, found or "", field)
    return fields[found] if found else None


def _as_text(draft: Draft, value: object, field: Field) -> str:
    if isinstance(value, str):
        return value
    draft.note(_AS_JSON.format(field.path))
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
