"""A tool call as the eval loop holds it: compact, immutable, and certainly JSON."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .._json import preview, refuse_constant
from ..run_builder import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ashr_labs_types import RecordedToolCall

__all__ = ["NONE_EXPECTED", "NOT_CALLED", "Call", "ShapeError", "object_of", "read_calls"]

_OWN_FIELDS = frozenset(("name", "arguments", "arguments_json"))


class ShapeError(ValueError):
    """A value from outside does not have its documented shape."""

    def __init__(self, problem: str, at: str = "") -> None:
        super().__init__(f"{at} {problem}")
        self.problem = problem
        """What is wrong, such as `must be an object, not None`."""
        self.at = at
        """Which part of the value is wrong, such as `.name`; empty for the value itself."""

    def below(self, path: str) -> ShapeError:
        """Return the error as one of a value that holds this value at a path."""
        return ShapeError(self.problem, path + self.at)


# A named tuple, as are the other values of which there is one or more for each action: a frozen dataclass takes three
# times as long to make.
class Call(NamedTuple):
    """A tool call, expected or actual."""

    name: str
    arguments_json: str
    """A JSON object."""
    extra: dict[str, Any] | None = None
    """Whatever else a dataset says about the call."""

    def build(self) -> RecordedToolCall:
        """Return the call as results hold it."""
        return entries.built_call(*self)


NOT_CALLED = Call(entries.NOT_CALLED, "{}")
"""Stands beside an expected call that the agent did not make."""

NONE_EXPECTED = Call(entries.NONE_EXPECTED, "{}")
"""Stands beside a call of the agent that nothing expected."""


def object_of(value: object) -> dict[str, Any]:
    """Return the value if it is a JSON object.

    Raises:
        ShapeError: It is not.
    """
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    raise ShapeError(f"must be an object, not {preview(value)}")


def read_calls(value: object, *, keep_extra: bool = False) -> tuple[Call, ...]:
    """Return what an agent or a dataset says as calls; of a call, `arguments` wins over `arguments_json`.

    Raises:
        ShapeError: The value is not a list of tool calls.
    """
    if not isinstance(value, (list, tuple)):
        raise ShapeError(f"must be a list, not {preview(value)}")
    calls: list[Call] = []
    try:
        for call in cast("list[object]", value):
            fields = object_of(call) if keep_extra else _plain(call)
            calls.append(Call(_name(fields), _arguments_json(fields), _extra(fields) if keep_extra else None))
    except ShapeError as error:
        raise error.below(f"[{len(calls)}]") from error
    return tuple(calls)


def _name(fields: dict[str, Any]) -> str:
    name = fields.get("name")
    if not isinstance(name, str) or not name:
        raise ShapeError(f"must be the tool's name, not {preview(name)}", at=".name")
    return name


def _extra(fields: dict[str, Any]) -> dict[str, Any] | None:
    if fields.keys() <= _OWN_FIELDS:
        return None
    return copy.deepcopy({key: fields[key] for key in fields if key not in _OWN_FIELDS})


def _plain(call: object) -> dict[str, Any]:
    """Return an agent's call without the wrapping of OpenAI's and Anthropic's clients."""
    plain: Any = call
    if type(plain) is dict and "name" in plain and "type" not in plain:  # as most often
        return cast("dict[str, Any]", plain)
    dump = getattr(call, "model_dump", None)
    fields = object_of(dump() if callable(dump) else call)
    if "name" not in fields and isinstance(fields.get("function"), dict):
        return cast("dict[str, Any]", fields["function"])
    if fields.get("type") == "tool_use":
        return {"name": fields.get("name"), "arguments": fields.get("input")}
    return fields


def _arguments_json(fields: dict[str, Any]) -> str:
    field, given = "arguments", fields.get("arguments")
    if given is None:
        field, given = "arguments_json", fields.get("arguments_json")
    if isinstance(given, dict):
        return _written(cast("object", given), field)
    if given is None or given == "":  # model clients write an empty string for a tool without parameters
        return "{}"
    if not isinstance(given, str) or not isinstance(_parsed(given, field), dict):
        raise ShapeError(f"must be a JSON object, not {preview(given)}", at=f".{field}")
    return given


def _written(arguments: object, field: str) -> str:
    try:
        return _encode(arguments)
    except (TypeError, ValueError, RecursionError) as error:
        raise ShapeError(f"must be a JSON object, but cannot be written as one: {error}", at=f".{field}") from error


def _parsed(text: str, field: str) -> object:
    try:
        if text[0] == "{":  # the decoder for texts with white space around takes twice as long
            value, end = _decoder.raw_decode(text)
            if end == len(text):
                return value
        return _decoder.decode(text)
    except (ValueError, RecursionError) as error:
        raise ShapeError(f"must be a JSON object, not {preview(text)}: {error}", at=f".{field}") from error


def _encoder() -> Callable[[object], str]:
    """Return what writes JSON; where Python has its fast encoder, one that is made once and not for each text."""
    slow = json.JSONEncoder(allow_nan=False)
    make: Callable[..., Callable[[object, int], Iterable[str]]] | None
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return slow.encode
    # In the order of JSONEncoder's own call; without its check for circles, which end as RecursionError then.
    fast = make(None, slow.default, json.encoder.encode_basestring_ascii, None, ": ", ", ", False, False, False)
    return lambda value: "".join(fast(value, 0))


_encode = _encoder()
_decoder = json.JSONDecoder(parse_constant=refuse_constant)
