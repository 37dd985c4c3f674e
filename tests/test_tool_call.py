"""Tests of `ashr_labs.tool_call`: every shape of a tool call is read alike, and what is wrong is named by path."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ashr_labs import UNSET
from ashr_labs.tool_call import ShapeError, arguments_of, error_of, read_tool_call

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
CALL_KEYS = ["name", "arguments", "arguments_json", "args", "function", "input", "type", "id", "error", "result"]


@pytest.mark.parametrize(
    "call",
    [
        {"name": "refund", "arguments": {"order": 7}},
        {"name": "refund", "arguments": '{"order": 7}'},
        {"name": "refund", "arguments": None, "arguments_json": ' {"order": 7} '},
        {"name": "refund", "args": {"order": 7}},
        {"name": "refund", "parameters": {"order": 7}},
        {"tool_name": "refund", "input": {"order": 7}},
        {"id": "a1", "type": "function", "function": {"name": "refund", "arguments": '{"order": 7}'}},
        {"type": "function_call", "call_id": "a1", "name": "refund", "arguments": '{"order": 7}'},
        {"type": "tool_use", "id": "a1", "name": "refund", "input": {"order": 7}},
        {"toolUse": {"toolUseId": "a1", "name": "refund", "input": {"order": 7}}},
        {"functionCall": {"name": "refund", "args": {"order": 7}}},
        {"type": "tool-call", "toolCallId": "a1", "toolName": "refund", "input": {"order": 7}},
        SimpleNamespace(model_dump=lambda: {"name": "refund", "arguments": {"order": 7}}),
    ],
)
def test_every_call_shape_is_read(call: Any) -> None:
    """Name, arguments and id are the same in whichever shape a call comes."""
    read = read_tool_call(call)

    assert (read.name, read.arguments, read.error, read.result) == ("refund", {"order": 7}, None, UNSET)
    assert read.id == ("a1" if "'a1'" in str(call) else None)


@pytest.mark.parametrize("given", ["", None, "{}", {}])
def test_call_without_arguments(given: Any) -> None:
    """Null and empty text are what model APIs send for a tool without parameters."""
    assert read_tool_call({"name": "refund", "arguments": given}).arguments == {}
    assert read_tool_call({"name": "refund"}).arguments == {}


def test_json_text_is_kept_as_received() -> None:
    """The text of the arguments is kept next to what it means."""
    assert read_tool_call({"name": "refund", "args": '{"a": 1.50}'}).arguments_json == '{"a": 1.50}'


@pytest.mark.parametrize(
    ("call", "at", "problem"),
    [
        (7, "", "must be an object, got 7"),
        ({}, ".name", "must be the tool's name, got None"),
        ({"name": ""}, ".name", "must be the tool's name, got ''"),
        ({"function": {"name": 7}}, ".function.name", "must be the tool's name, got 7"),
        ({"name": "a", "args": [1]}, ".args", "must be a JSON object, got [1]"),
        ({"name": "a", "arguments": "[1]"}, ".arguments", "must be a JSON object, got '[1]'"),
        ({"name": "a", "input": "{oops"}, ".input", "must be a JSON object, got '{oops': "),
        ({"name": "a", "arguments": '{"x": NaN}'}, ".arguments", "NaN is not a JSON value"),
        ({"function": {"name": "a", "arguments": 7}}, ".function.arguments", "must be a JSON object, got 7"),
    ],
)
def test_fault_is_reported_with_path(call: Any, at: str, problem: str) -> None:
    """A value that is not a tool call is refused with the path of the wrong part, also below a list."""
    with pytest.raises(ShapeError) as caught:
        read_tool_call(call)

    assert caught.value.at == at
    assert problem in caught.value.problem
    assert caught.value.below("[2]").at == f"[2]{at}"


@pytest.mark.parametrize(
    ("fields", "result", "error"),
    [
        ({"result": [1]}, [1], None),
        ({"result": None}, None, None),
        ({"output": "fine"}, "fine", None),
        ({"error": "not found"}, UNSET, "not found"),
        ({"error": {"code": 7}}, UNSET, "{'code': 7}"),
        ({"error": None}, UNSET, None),
        ({"error": ""}, UNSET, None),
        ({"error": False}, UNSET, None),
        ({"error": True}, UNSET, "the call failed"),
        ({"is_error": True, "result": "no such order"}, "no such order", "no such order"),
        ({"isError": True}, UNSET, "the call failed"),
        ({"is_error": False, "result": "Error: none"}, "Error: none", None),
        ({"result": {"isError": True, "content": []}}, {"isError": True, "content": []}, "the call failed"),
    ],
)
def test_result_and_error_spellings(fields: dict[str, Any], result: object, error: str | None) -> None:
    """The result and the error of a call are read in the spellings of MCP and of Anthropic, too."""
    read = read_tool_call({"name": "refund", "arguments": {}, **fields})

    assert (read.result, read.error) == (result, error)


def test_unreadable_arguments_are_kept_as_text() -> None:
    """A recorded call whose text is not JSON keeps that text as its arguments."""
    assert arguments_of({"arguments": {}, "arguments_json": "{oops"}) == "{oops"
    assert arguments_of({"arguments": {}, "arguments_json": '{"a": 1}'}) == {"a": 1}
    assert arguments_of({"arguments": [1]}) == [1]
    assert arguments_of({}) == {}


@given(st.dictionaries(st.sampled_from(CALL_KEYS), JSON) | JSON)
def test_any_json_gives_call_or_shape_error(value: Any) -> None:
    """Whatever JSON comes in, it is read or refused, and reading leniently never raises."""
    try:
        call = read_tool_call(value)
        assert call.name
    except ShapeError as error:
        assert error.problem  # noqa: PT017 (a refusal is as good as a call here)
    if isinstance(value, dict):
        arguments_of(value)
        error_of(value)
