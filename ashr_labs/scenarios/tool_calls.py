"""Tool calls as the eval loop stores them: compact, immutable and valid JSON."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from .._format import suggestion
from .._json import as_object, preview, strict_json
from .._unset import UNSET
from ..run_builder import records
from ..tool_call import ARGUMENT_KEYS, CALL_KEYS, ShapeError, read_plain_call, read_tool_call

if TYPE_CHECKING:
    from collections.abc import Callable

    from ashr_labs_types import RecordedToolCall

    from ..tool_call import ToolCall

__all__ = ["NONE_EXPECTED", "NOT_CALLED", "CallRecord", "ShapeError", "read_calls", "read_expected_calls"]

_OWN_KEYS = frozenset(("name", *ARGUMENT_KEYS))


# A named tuple, like all values of which there are several for each action: creating a frozen dataclass takes three
# times as long.
class CallRecord(NamedTuple):
    """A tool call, expected or actual."""

    name: str
    arguments_json: str
    """A JSON object."""
    extra: dict[str, Any] | None = None
    """The other fields of an expected call; the result and error of an actual one."""

    def build(self) -> RecordedToolCall:
        """Return the call as stored in results."""
        return records.built_call(*self)


NOT_CALLED = CallRecord(records.NOT_CALLED, "{}")
"""The counterpart of an expected call that the agent did not make."""

NONE_EXPECTED = CallRecord(records.NONE_EXPECTED, "{}")
"""The counterpart of a call that was not expected."""


def read_calls(value: object) -> tuple[CallRecord, ...]:
    """Parse the tool calls of a reply.

    Raises:
        ShapeError: The value is not a list of tool calls.
    """
    return _read(value, _outcome)


def read_expected_calls(value: object) -> tuple[CallRecord, ...]:
    """Parse the tool calls that a dataset expects, and keep their other fields.

    Raises:
        ShapeError: The value is not a list of tool calls.
    """
    return _read(value, _extra)


def _read(value: object, extra: Callable[[Any, ToolCall], dict[str, Any] | None]) -> tuple[CallRecord, ...]:
    items: Any = value
    if not isinstance(value, (list, tuple)):
        raise ShapeError(f"must be a list, got {preview(items)}")
    calls: list[CallRecord] = []
    try:
        for given in items:
            if (plain := read_plain_call(given)) is not None:
                name, arguments, text = plain
                calls.append(CallRecord(name, text or _encoded(arguments)))
                continue
            call = read_tool_call(given)
            text = call.arguments_json or _encoded(call.arguments)
            calls.append(CallRecord(call.name, text, extra(given, call)))
    except ShapeError as error:
        raise error.below(f"[{len(calls)}]") from error
    return tuple(calls)


def _extra(fields: dict[str, Any], call: ToolCall) -> dict[str, Any] | None:
    """Return the other fields of an expected call."""
    if _OWN_KEYS.issuperset(fields):
        return None
    _check_keys(fields, call)
    return copy.deepcopy({key: fields[key] for key in fields if key not in _OWN_KEYS})


def _check_keys(given: object, call: ToolCall) -> None:
    """Refuse a misspelt key of a call: its arguments, or its error, would be lost."""
    fields = as_object(given) or {}
    for key in fields.keys() - CALL_KEYS:
        meant = suggestion(key, sorted(CALL_KEYS), only_misspelt=True)
        if not meant and not call.arguments:
            meant = suggestion(key, ARGUMENT_KEYS)
        if meant:
            raise ShapeError(f"must not be a key of a tool call{meant}", at=f".{key}")


def _outcome(given: object, call: ToolCall) -> dict[str, Any] | None:
    """Return what the tool of an actual call returned, and its error, as JSON values."""
    fields: Any = given
    if not call.arguments or (isinstance(given, dict) and len(fields) > 2):
        _check_keys(fields, call)
    outcome: dict[str, Any] = {}
    if call.result is not UNSET:
        try:
            outcome["result"] = json.loads(strict_json(call.result))
        except (TypeError, ValueError, RecursionError):
            outcome["result"] = preview(call.result)
    if call.error is not None:
        outcome["error"] = call.error
    return outcome or None


def _encoded(arguments: dict[str, Any]) -> str:
    try:
        return strict_json(arguments)
    except (TypeError, ValueError, RecursionError) as error:
        raise ShapeError(f"must be a JSON object, but cannot be encoded: {error}", at=".arguments") from error
