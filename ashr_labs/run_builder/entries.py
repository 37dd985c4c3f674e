"""What is recorded at an action: compact while it is kept, an entry of the result when that is built.

A record is a plain tuple: its kind, its action's index, and what it says. A run keeps several for each action, and a
plain tuple of atoms is both what Python makes quickest and what its garbage collector soon looks at no more.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ..comparators import compare_arguments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ashr_labs_types import ActionResult, ArgumentComparison, RecordedToolCall, ToolCallResult

__all__ = [
    "NONE_EXPECTED",
    "NOT_CALLED",
    "Record",
    "built_call",
    "built_entries",
    "built_pair",
    "call_pair",
    "given_call",
    "given_response",
    "index_of",
    "text_pair",
    "user_input",
]

Record: TypeAlias = tuple[Any, ...]

NOT_CALLED = "NOT_CALLED"
"""The name of what stands beside an expected call that the agent did not make."""

NONE_EXPECTED = "NONE_EXPECTED"
"""The name of what stands beside a call of the agent that nothing expected."""

_read_json = json.JSONDecoder().raw_decode


def user_input(index: int, action_type: str, description: str, value: str) -> Record:
    """Return the record of something that the user gave: a `text`, or the path of a `file`."""
    return ("user", index, action_type, description, value)


def text_pair(
    index: int, expected: str, actual: str, status: str, similarity: float | None, notes: str | None
) -> Record:
    """Return the record of an expected text beside the actual one."""
    return ("text", index, expected, actual, status, similarity, notes)


def given_response(index: int, expected: Mapping[str, Any], actual: Mapping[str, Any], *judgement: object) -> Record:
    """Return the record of an answer that came with its comparison: status, similarity, notes."""
    return ("response", index, expected, actual, *judgement)


def call_pair(index: int, expected: Record, actual: Record, status: str | None, notes: str | None) -> Record:
    """Return the record of an expected call beside the actual one; without a status it compares itself when built.

    Args:
        index: The action's index.
        expected: The call's name, its arguments as the text of a JSON object, and its other fields or None.
        actual: The same of the call that was made.
        status: `exact`, `partial` or `mismatch`.
        notes: What differs, in words.
    """
    return ("pair", index, *expected, *actual, status, notes)


def given_call(index: int, built: ToolCallResult) -> Record:
    """Return the record of a tool call that came with its comparison."""
    return ("call", index, built)


def index_of(record: Record) -> int:
    """Return the index of a record's action."""
    return cast("int", record[1])


def built_entries(records: Iterable[Record]) -> list[ActionResult]:
    """Return the entries of `action_results`; the calls of one action stand in one entry."""
    entries: list[ActionResult] = []
    calls_at: dict[int, list[ToolCallResult]] = {}
    for record in records:
        kind, index = record[0], record[1]
        if kind == "pair" or kind == "call":  # noqa: PLR1714 - a set of both takes longer, and there are many
            if index not in calls_at:
                calls_at[index] = []
                entries.append(_calls_entry(index, calls_at[index]))
            calls_at[index].append(record[2] if kind == "call" else built_pair(*record[2:]))
        elif kind == "user":
            entries.append(_user_entry(*record[1:]))
        elif kind == "text":
            entries.append(_response_entry(index, {"text": record[2]}, {"text": record[3]}, *record[4:]))
        else:
            entries.append(_response_entry(*record[1:]))
    return entries


def _user_entry(index: int, action_type: str, description: str, value: str) -> ActionResult:
    built: ActionResult = {
        "actor": "user",
        "action_type": action_type,
        "action_index": index,
        "description": description,
        "input_provided": True,
    }
    built["text" if action_type == "text" else "file_path"] = value
    return built


def _calls_entry(index: int, calls: list[ToolCallResult]) -> ActionResult:
    return {"actor": "agent", "action_type": "tool_call", "action_index": index, "tool_calls": calls}


def _response_entry(
    index: int,
    expected: dict[str, Any],
    actual: dict[str, Any],
    status: str,
    similarity: float | None,
    notes: str | None,
) -> ActionResult:
    built: ActionResult = {
        "actor": "agent",
        "action_type": "text",
        "action_index": index,
        "expected_response": expected,
        "actual_response": actual,
        "match_status": status,
        "divergence_notes": notes,
    }
    if similarity is not None:
        built["semantic_similarity"] = similarity
    return built


def built_pair(
    expected_name: str,
    expected_json: str,
    expected_extra: dict[str, Any] | None,
    actual_name: str,
    actual_json: str,
    actual_extra: dict[str, Any] | None,
    status: str | None,
    notes: str | None,
) -> ToolCallResult:
    """Return the entry of `tool_calls` that a pair of calls becomes."""
    wanted, given = _arguments(expected_json), _arguments(actual_json)
    if expected_name != actual_name or actual_name == NOT_CALLED or expected_name == NONE_EXPECTED:
        compared, comparison = "mismatch", _nothing_compared()
    else:
        compared, comparison = compare_arguments(wanted, given)
    return {
        "expected": _built_call(expected_name, wanted, expected_json, expected_extra),
        "actual": _built_call(actual_name, given, actual_json, actual_extra),
        "match_status": status or compared,
        "divergence_notes": notes,
        "argument_comparison": comparison,
    }


def built_call(name: str, arguments_json: str, extra: dict[str, Any] | None) -> RecordedToolCall:
    """Return a call as results hold it; its arguments must be the text of a JSON object."""
    return _built_call(name, _arguments(arguments_json), arguments_json, extra)


def _arguments(arguments_json: str) -> dict[str, Any]:
    start = 0 if arguments_json[0] == "{" else arguments_json.index("{")
    return cast("dict[str, Any]", _read_json(arguments_json, start)[0])


def _built_call(
    name: str, arguments: dict[str, Any], arguments_json: str, extra: dict[str, Any] | None
) -> RecordedToolCall:
    built: RecordedToolCall = {
        "name": name,
        "tool_name": name,
        "arguments": arguments,
        "arguments_json": arguments_json,
    }
    if extra:
        cast("dict[str, Any]", built).update(copy.deepcopy(extra))
    return built


def _nothing_compared() -> ArgumentComparison:
    return {"matching": {}, "different": {}, "missing": {}, "extra": {}}
