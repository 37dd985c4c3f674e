"""Read a tool call from untrusted JSON, in the shapes that model APIs and agent frameworks write.

- plain: `{"name": ..., "arguments": {...}}`, with `tool_name` or `toolName` for the name, and `arguments_json`, `args`,
  `input` or `parameters` for the arguments, each an object or JSON text;
- OpenAI: `{"id": ..., "function": {"name": ..., "arguments": "{...}"}}`;
- Anthropic: `{"type": "tool_use", "id": ..., "name": ..., "input": {...}}`; Bedrock and Gemini: the same below
  `toolUse` and `functionCall`;
- how the call ended: `result` or `output`, and `error`, `is_error` or `isError` (also inside the result, as in MCP).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ._format import missing_key
from ._json import is_object, parsed_json, preview, refuse_constant
from ._unset import UNSET

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ARGUMENT_KEYS",
    "CALL_KEYS",
    "NONE_EXPECTED",
    "NOT_CALLED",
    "ShapeError",
    "ToolCall",
    "arguments_of",
    "error_of",
    "name_of",
    "read_plain_call",
    "read_tool_call",
    "result_of",
]

NOT_CALLED = "NOT_CALLED"
"""The name recorded in place of an expected call that the agent did not make."""

NONE_EXPECTED = "NONE_EXPECTED"
"""The name recorded in place of the expected call when the agent made an unexpected one."""

NAME_KEYS = ("name", "tool_name", "toolName")
ARGUMENT_KEYS = ("arguments", "arguments_json", "args", "input", "parameters")
"""The keys of the arguments; the first one whose value is not null wins."""
_ID_KEYS = ("id", "call_id", "tool_call_id", "toolCallId", "toolUseId")
_RESULT_KEYS = ("result", "output")
_ERROR_FLAGS = ("is_error", "isError")
_WRAPPERS = ("function", "functionCall", "function_call", "toolUse")

_END_KEYS = frozenset((*_RESULT_KEYS, *_ERROR_FLAGS, "error"))
_OTHER_KEYS = _END_KEYS | frozenset(_ID_KEYS)

CALL_KEYS = frozenset((*NAME_KEYS, *ARGUMENT_KEYS, *_WRAPPERS, *_OTHER_KEYS, "type"))
"""Every key of a call that is read."""


class ShapeError(ValueError):
    """A value from outside does not have its documented shape."""

    def __init__(self, problem: str, at: str = "") -> None:
        super().__init__(f"{at} {problem}")
        self.problem = problem
        """The error, such as `must be an object, got None`."""
        self.at = at
        """The path of the wrong part, such as `.name`; empty for the value itself."""

    def below(self, path: str) -> ShapeError:
        """Return the error with the path of the containing value prepended."""
        return ShapeError(self.problem, path + self.at)


class ToolCall(NamedTuple):
    """A tool call that was read."""

    name: str
    arguments: dict[str, Any]
    arguments_json: str | None = None
    """The arguments as received, if they came as JSON text."""
    id: str | None = None
    result: object = UNSET
    """The tool's result; `UNSET` if the call has none."""
    error: str | None = None
    """Why the call failed; None if it did not."""


def read_tool_call(value: object) -> ToolCall:
    """Return a tool call.

    Raises:
        ShapeError: The value is not a tool call; `at` is the path of the wrong part.
    """
    if (plain := read_plain_call(value)) is not None:
        return ToolCall(*plain)
    outer, inner, path = _unwrapped(value)
    name = name_of(inner)
    if not isinstance(name, str) or not name:
        hint = missing_key("name", inner) if name is None else ""
        raise ShapeError(f"must be the tool's name, got {preview(name)}{hint}", f"{path}.name")
    key, given = _given_arguments(inner)
    text = given if isinstance(given, str) and given else None
    arguments = _parsed(text, path, key) if text else _object(given, path, key)
    if _OTHER_KEYS.isdisjoint(outer):
        return ToolCall(name, arguments, text)
    if _END_KEYS.isdisjoint(outer):
        return ToolCall(name, arguments, text, _id(outer))
    return ToolCall(name, arguments, text, _id(outer), result_of(outer), error_of(outer))


def read_plain_call(value: object) -> tuple[str, dict[str, Any], str | None] | None:
    """Return the name and arguments of the most common call, and their text if they came as text; else None.

    It has just these two keys, and is read without searching.

    Raises:
        ShapeError: The arguments are text, but not that of a JSON object.
    """
    fields: Any = value
    if type(value) is not dict or len(fields) != 2:
        return None
    name, arguments = fields.get("name"), fields.get("arguments")
    if type(name) is not str or not name:
        return None
    if isinstance(arguments, dict):
        return name, cast("dict[str, Any]", arguments), None
    text = fields.get("arguments_json")
    if type(text) is str and text:
        return name, _parsed(text, "", "arguments_json"), text
    return None


def name_of(fields: Mapping[str, Any]) -> object:
    """Return the name in a call without wrapper, of whatever type; None if it has none."""
    for key in NAME_KEYS:
        if name := fields.get(key):
            return name
    return fields.get("name")


def arguments_of(fields: Mapping[str, Any]) -> object:
    """Return the arguments of a recorded call: an object, or whatever was given in place of one.

    Arguments that could not be read are recorded as text beside an empty object; they are not "no arguments".
    """
    for key in ARGUMENT_KEYS:
        if (given := fields.get(key)) and is_object(given):
            return given
    given = fields.get("arguments_json")
    if given is None:
        _, given = _given_arguments(fields)
    value = parsed_json(given) if isinstance(given, str) else given
    return {} if value is None or value == "" else value


def result_of(fields: Mapping[str, Any]) -> object:
    """Return the result in a call, or `UNSET`."""
    return next((fields[key] for key in _RESULT_KEYS if key in fields), UNSET)


def error_of(fields: Mapping[str, Any]) -> str | None:
    """Return why a call failed, or None if nothing says that it did."""
    if _END_KEYS.isdisjoint(fields):
        return None
    error = fields.get("error")
    if error is not None and error is not False and error != "":
        return error if isinstance(error, str) else "the call failed" if error is True else preview(error)
    result = result_of(fields)
    if _is_flagged(fields) or (is_object(result) and _is_flagged(result)):
        return result if isinstance(result, str) and result else "the call failed"
    return None


def _is_flagged(fields: Mapping[str, Any]) -> bool:
    return any(fields.get(flag) is True for flag in _ERROR_FLAGS)


def _id(fields: Mapping[str, Any]) -> str | None:
    for key in _ID_KEYS:
        if (found := fields.get(key)) is not None:
            return found if isinstance(found, str) else str(found)
    return None


def _unwrapped(value: Any) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Return the whole call, the part with its name and arguments, and the path of that part."""
    outer = cast("dict[str, Any]", value if isinstance(value, dict) else _dumped(value))
    if outer.get("name") is None:
        for key in _WRAPPERS:
            if isinstance(outer.get(key), dict):
                inner = outer[key]
                return outer if _OTHER_KEYS.isdisjoint(inner) else {**inner, **outer}, inner, f".{key}"
    return outer, outer, ""


def _dumped(value: object) -> object:
    dump = getattr(value, "model_dump", None)
    fields = dump() if callable(dump) else None
    if not isinstance(fields, dict):
        raise ShapeError(f"must be an object, got {preview(value)}")
    return cast("dict[str, Any]", fields)


def _given_arguments(fields: Mapping[str, Any]) -> tuple[str, object]:
    """Return the key and value of the arguments."""
    for key in ARGUMENT_KEYS:
        if (given := fields.get(key)) is not None:
            return key, given
    return "arguments", None


def _object(given: object, path: str, key: str) -> dict[str, Any]:
    if isinstance(given, dict):
        return cast("dict[str, Any]", given)
    if given is None or given == "":  # what model APIs send for a tool without parameters
        return {}
    raise ShapeError(f"must be a JSON object, got {preview(given)}", f"{path}.{key}")


def _parsed(text: str, path: str, key: str) -> dict[str, Any]:
    reason = ""
    try:
        if text[0] == "{":  # the decoder for text with white space around it takes twice as long
            value, end = _raw_decode(text)
            if end == len(text):
                return cast("dict[str, Any]", value)
        value = _decoder.decode(text)
        if isinstance(value, dict):
            return cast("dict[str, Any]", value)
    except (ValueError, RecursionError) as error:
        reason = f": {error}"
    raise ShapeError(f"must be a JSON object, got {preview(text)}{reason}", f"{path}.{key}")


_decoder = json.JSONDecoder(parse_constant=refuse_constant)
_raw_decode = _decoder.raw_decode
