"""Inputs and expected outputs of examples, in any shape."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, parsed_json
from .messages import add_message, add_messages, is_message, is_messages, read_call
from .names import CALL_KEYS, INPUT_KEYS, OUTPUT_KEYS, with_known_names
from .scenario_draft import JUST_KEPT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .scenario_draft import FieldPath, ScenarioDraft

__all__ = ["add_calls", "add_expected", "add_input", "text_of"]

_AS_JSON = "{}: no message in it, so its JSON is the text"
_RESPONSE_KEYS = frozenset({"choices", "generations", "candidates", "tool_calls"})


def add_input(draft: ScenarioDraft, value: object, field: FieldPath, key: str | None = None) -> None:
    """Add the input of an example: text, messages, or an object with either.

    Args:
        draft: The scenario.
        value: The input.
        field: Path of the input.
        key: Key of the message in an object; the common ones by default.

    Raises:
        DatasetError: A message in it is invalid.
    """
    if isinstance(value, str) and not _is_json(value):  # the common case
        draft.add_user(value)
        return
    value = _chosen(draft, _parsed_input(value), field, ("messages", *INPUT_KEYS), key)
    if is_messages(value):
        add_messages(draft, value, field)
    elif is_message(value):
        add_message(draft, value, field)
    elif as_list(value) and all(isinstance(one, str) for one in as_list(value) or ()):
        for text in as_list(value) or ():
            draft.add_user(text)
    else:
        draft.add_user(_as_text(draft, value, field))


def add_expected(draft: ScenarioDraft, value: object, field: FieldPath, key: str | None = None) -> None:
    """Add the expected output of an example, as for `add_input()`; it may have tool calls."""
    if isinstance(value, str) and not _is_json(value):  # the common case
        if value:
            draft.add_agent(value, [])
        return
    value = _parsed_output(value)
    value = _message_of(_chosen(draft, _message_of(value), field, ("messages", *OUTPUT_KEYS), key))
    fields = as_object(value) or {}
    if value is None or value in ("", [], {}):
        return
    if is_messages(value):
        add_messages(draft, value, field)
    elif is_message(value):
        add_message(draft, value, field)
    elif (calls := next((key for key in CALL_KEYS if key in fields), None)) is not None:
        add_calls(draft, fields[calls], field.key(calls), _text_in(draft, fields, field, calls))
    elif (texts := _alternatives(value)) is not None:
        draft.add_agent(texts[0], [])
        if texts[1:]:
            draft.keep("alternatives", texts[1:], JUST_KEPT.format(f"further values of {field.path}"))
    else:
        draft.add_agent(_as_text(draft, value, field), [])


def add_calls(draft: ScenarioDraft, calls: object, field: FieldPath, text: str) -> None:
    """Add expected tool calls, and the text of the reply.

    Raises:
        DatasetError: They are not a list of calls.
    """
    value = parsed_json(calls) if isinstance(calls, str) else calls
    listed = as_list(value)
    if listed is None:
        single = as_object(value)
        listed = [single] if single is not None else str(value).split(",")
    read = [read_call(one.strip() if isinstance(one, str) else one, field.item(n)) for n, one in enumerate(listed)]
    draft.add_agent(text, read)


def text_of(value: object) -> str:
    """Return the text of an expected reply that has tool calls as well."""
    if isinstance(value, str | int | float):
        return str(value)
    content = (as_object(value) or {}).get("content")
    return content if isinstance(content, str) else ""


def _parsed_input(value: object) -> object:
    """Return the value of JSON text that holds messages or an object with a common key."""
    parsed = _parsed(value)
    fields = with_known_names(as_object(parsed) or {})
    if is_messages(parsed) or is_message(parsed) or any(key in fields for key in ("messages", *INPUT_KEYS)):
        return parsed
    return value


def _parsed_output(value: object) -> object:
    """Return the value of JSON text that holds messages, tool calls or the response of a model."""
    parsed = _parsed(value)
    fields = as_object(parsed) or {}
    if is_messages(parsed) or is_message(parsed) or not _RESPONSE_KEYS.isdisjoint(fields):
        return parsed
    return value


def _parsed(value: object) -> object:
    return parsed_json(value) if isinstance(value, str) and _is_json(value) else value


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in {"{", "["}


def _chosen(draft: ScenarioDraft, value: object, field: FieldPath, usual: Sequence[str], key: str | None) -> object:
    """Return the message of an object with several keys; the others become metadata."""
    fields = as_object(value)
    if fields is None or is_message(fields) or not (_RESPONSE_KEYS | {*CALL_KEYS}).isdisjoint(fields):
        return value
    if key is not None and key not in fields:
        raise field.key(key).fault(f"is missing; the keys are {', '.join(fields)}")
    known = with_known_names(fields)
    names = dict(zip(known, fields, strict=True))
    found = key or next((names[one] for one in usual if known.get(one) is not None), None)
    if found is None and len(fields) == 1 and isinstance(next(iter(fields.values())), str):
        found = next(iter(fields))
    if found is None:
        return value
    _keep_rest(draft, fields, {found}, field)
    return _unnested(fields[found])


def _unnested(value: object) -> object:
    """Return the messages in a batch of one, as LangChain records the inputs of models."""
    while (listed := as_list(value)) and len(listed) == 1 and as_list(listed[0]) is not None:
        value = listed[0]
    return value


def _keep_rest(draft: ScenarioDraft, fields: Mapping[str, Any], read: set[str], field: FieldPath) -> None:
    for key, other in fields.items():
        if key not in read:
            draft.keep(f"{field.path}.{key}", other, JUST_KEPT.format(f"{field.path}.{key}"))


def _message_of(value: object) -> object:
    """Return the message in the response of a model's API."""
    fields = as_object(value) or {}
    if (output := as_list(fields.get("output"))) and fields.get("object", "response") == "response":
        return _joined(output) if is_messages(output) else value  # OpenAI's Responses API
    if (message := (as_object(fields.get("output")) or {}).get("message")) is not None:  # Bedrock
        return message
    choices = next(
        (listed for key in ("choices", "generations", "candidates") if (listed := as_list(fields.get(key)))), None
    )
    while choices and as_list(choices[0]):
        choices = as_list(choices[0])
    if not choices:
        return value
    first = as_object(choices[0]) or {}
    content = as_object(first.get("content"))  # Gemini
    return first.get("message") or (content and {"role": "assistant", **content}) or first.get("text") or value


def _joined(items: Sequence[object]) -> list[object]:
    """Return the items of a response with calls and text, without the ones that are not for the user."""
    return [item for item in items if (as_object(item) or {}).get("type") != "reasoning"]


def _text_in(draft: ScenarioDraft, fields: Mapping[str, Any], field: FieldPath, calls: str) -> str:
    found = next((key for key in OUTPUT_KEYS if isinstance(fields.get(key), str)), None)
    _keep_rest(draft, fields, {calls, found or calls, "role"}, field)
    return str(fields[found]) if found else ""


def _alternatives(value: object) -> list[str] | None:
    """Return the accepted texts of an expectation that is a list of strings, or SQuAD's answers."""
    fields = as_object(value)
    if fields is not None and fields.keys() <= {"text", "answer_start"}:
        value = fields.get("text")
    listed = as_list(value)
    texts = [one for one in listed or () if isinstance(one, str) and one]
    return texts if texts and len(texts) == len(listed or ()) else None


def _as_text(draft: ScenarioDraft, value: object, field: FieldPath) -> str:
    if isinstance(value, str):
        return value
    draft.note(_AS_JSON.format(field.path))
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
