"""Pure functions that compare texts and tool calls, for evaluation and grading.

They raise for no JSON value and take time linear in the size of the input.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

from ._json import parsed_json
from ._text import fuzzy_str_match, strip_markdown, text_similarity, tokenize
from .tool_call import ARGUMENT_KEYS

if TYPE_CHECKING:
    from ashr_labs_types import ArgumentComparison, ArgumentPair

__all__ = [
    "compare_args_structural",
    "compare_arguments",
    "compare_tool_args",
    "extract_tool_args",
    "fuzzy_str_match",
    "strip_markdown",
    "text_similarity",
    "tokenize",
]

_Status = Literal["exact", "partial", "mismatch"]

# dict comes first: isinstance() with an abstract class is slower.
_OBJECT_TYPES: tuple[type[Any], ...] = (dict, Mapping)


def extract_tool_args(tool_call: Mapping[str, object]) -> dict[str, Any]:
    """Return a tool call's arguments: its `arguments` object, else the JSON text in `arguments_json`.

    Where neither is present, `args`, `input` or `parameters` are read. Anything but a JSON object counts as no
    arguments.

    Examples:
        >>> extract_tool_args({"arguments_json": '{"order_id": "ORD-123"}'})
        {'order_id': 'ORD-123'}
        >>> extract_tool_args({"arguments": {"order_id": "ORD-123"}})
        {'order_id': 'ORD-123'}
    """
    return _arguments(_fields(tool_call))


def compare_tool_args(expected: Mapping[str, object], actual: Mapping[str, object]) -> tuple[_Status, str | None]:
    """Compare the arguments of two tool calls: texts by `fuzzy_str_match()`, everything else by value.

    Returns:
        The status and, unless it is exact, a description of the differences. Extra arguments of the actual call do not
        change the status. An argument that is null only in the actual call counts as missing.

    Examples:
        >>> compare_tool_args(
        ...     {"arguments": {"order_id": "ORD-123", "reason": "damaged item"}},
        ...     {"arguments": {"order_id": "ORD-999", "reason": "item was damaged"}},
        ... )
        ('partial', "'order_id': expected='ORD-123' actual='ORD-999'")
    """
    wanted, given = extract_tool_args(expected), extract_tool_args(actual)
    notes = [note for key in wanted if (note := _divergence(key, wanted, given))]
    if not notes:
        return "exact", None
    status: _Status = "partial" if len(notes) < len(wanted) else "mismatch"
    notes += [f"extra arg '{key}'={_shown(value)}" for key, value in given.items() if key not in wanted]
    return status, "; ".join(notes)


def compare_args_structural(
    expected: Mapping[str, object], actual: Mapping[str, object]
) -> tuple[_Status, ArgumentComparison]:
    """Compare the arguments of two tool calls literally, key by key.

    Returns:
        The status, and the arguments sorted into `matching`, `different`, `missing` and `extra`. Where the names
        differ, nothing was called or nothing was expected, all four are empty and the status is mismatch.

    Examples:
        >>> status, comparison = compare_args_structural(
        ...     {"name": "refund", "arguments": {"order": 1}}, {"name": "refund", "arguments": {"order": 2}}
        ... )
        >>> status, comparison["different"]
        ('partial', {'order': {'expected': 1, 'actual': 2}})
    """
    expected_call, actual_call = _fields(expected), _fields(actual)
    expected_name = expected_call.get("name") or expected_call.get("tool_name", "")
    actual_name = actual_call.get("name") or actual_call.get("tool_name", "")
    if expected_name != actual_name or actual_name == "NOT_CALLED" or expected_name == "NONE_EXPECTED":
        return "mismatch", {"matching": {}, "different": {}, "missing": {}, "extra": {}}
    return compare_arguments(_arguments(expected_call), _arguments(actual_call))


def compare_arguments(wanted: dict[str, Any], given: dict[str, Any]) -> tuple[_Status, ArgumentComparison]:
    """Compare arguments of one tool like `compare_args_structural()`."""
    matching: dict[str, ArgumentPair] = {}
    different: dict[str, ArgumentPair] = {}
    missing: dict[str, ArgumentPair] = {}
    for key, value in wanted.items():
        if key not in given:
            missing[key] = {"expected": value}
            continue
        actual = given[key]
        bucket = matching if value is actual or same_json(value, actual) else different
        bucket[key] = {"expected": value, "actual": actual}
    extra: dict[str, ArgumentPair] = {}
    if len(given) > len(wanted) - len(missing):
        extra = {key: {"actual": value} for key, value in given.items() if key not in wanted}
    status: _Status = "partial" if different or missing or extra else "exact"
    return status, {"matching": matching, "different": different, "missing": missing, "extra": extra}


def _fields(tool_call: Mapping[str, Any]) -> Mapping[str, Any]:
    return tool_call if isinstance(tool_call, _OBJECT_TYPES) else {}


def _arguments(call: Mapping[str, Any]) -> dict[str, Any]:
    arguments = call.get("arguments")
    if not isinstance(arguments, dict):
        arguments = call.get("arguments_json")
        if arguments is None:
            arguments = next((call[key] for key in ARGUMENT_KEYS if call.get(key) is not None), None)
        if isinstance(arguments, str):
            arguments = parsed_json(arguments)
    return cast("dict[str, Any]", arguments) if isinstance(arguments, dict) else {}


def _divergence(key: str, wanted: dict[str, Any], given: dict[str, Any]) -> str | None:
    """Return a description of how an argument differs, or None if it does not."""
    expected, actual = wanted[key], given.get(key)
    if key not in given or (actual is None and expected is not None):
        return f"missing arg '{key}'"
    if isinstance(expected, str) and isinstance(actual, str):
        same = fuzzy_str_match(expected, actual)
    else:
        same = same_json(expected, actual)
    return None if same else f"'{key}': expected={_quoted(expected)} actual={_quoted(actual)}"


def _quoted(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else _shown(value)


def _shown(value: object) -> str:
    try:
        return str(value)
    except (ValueError, RecursionError):  # an integer of over 4,300 digits; nested too deep
        return f"<{type(value).__name__} too large to show>"


def same_json(expected: object, actual: object) -> bool:
    """Return True if two JSON values are equal: 1 equals 1.0, but not True, at any depth."""
    if isinstance(expected, str):
        return expected == actual
    try:
        return expected == actual and _same_booleans(expected, actual)
    except RecursionError:  # deeper than any JSON text that can be parsed or encoded
        return False


def _same_booleans(left: object, right: Any) -> bool:
    """Return True if two values, which are equal if True counts as 1, have their booleans in the same places."""
    if isinstance(left, dict):
        for key, value in cast("dict[str, object]", left).items():
            if not isinstance(value, str) and not _same_booleans(value, right[key]):
                return False
        return True
    if isinstance(left, list):
        return all(map(_same_booleans, cast("list[object]", left), right))
    return isinstance(left, bool) is isinstance(right, bool)
