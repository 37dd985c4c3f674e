"""The context of a scorer for a recorded test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object
from .._unset import UNSET
from ..run_result import ParsedCall, ParsedTest
from ..tool_call import error_of, result_of
from .score import ScorerContext

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..run_result import ParsedStep

__all__ = ["context_of_test"]


def context_of_test(test: Mapping[str, Any], scenario: object = None, output: object = UNSET) -> ScorerContext:
    """Return the context of a test of a run; never raises.

    Args:
        test: The test, as a run has it.
        scenario: The scenario in the dataset, for its metadata; optional.
        output: The output as a value; by default, what the test has.
    """
    metadata = as_object((as_object(scenario) or {}).get("metadata")) or {}
    steps = ParsedTest.read(test).steps or ()
    messages: list[dict[str, Any]] = []
    for step in steps:
        _add_messages(messages, step)
    calls = [call for step in steps if step.calls for call in step.calls if isinstance(call, ParsedCall)]
    if output is UNSET:
        output = test["output"] if "output" in test else _last(messages, "assistant")
    return ScorerContext(
        output=output,
        input=_input(test, metadata, messages),
        expected=_expected(test, metadata, steps),
        parameters=metadata,
        calls=[_actual(call) for call in calls if call.actual is not None],
        expected_calls=[
            {"name": call.expected, "arguments": call.expected_arguments} for call in calls if call.expected is not None
        ],
        spans=[fields for one in as_list(test.get("spans")) or () if (fields := as_object(one)) is not None],
        messages=messages,
        state=test.get("state"),
        duration_ms=_number(test.get("duration_ms")),
        usage=as_object(test.get("usage")) or {},
        test_id=str(test.get("test_id")),
    )


def _given(key: str, test: Mapping[str, Any], metadata: Mapping[str, Any]) -> object:
    """Return a value of the row that a test played: the test has it, or the metadata of its scenario."""
    return test[key] if key in test else metadata.get(key, UNSET)


def _input(test: Mapping[str, Any], metadata: Mapping[str, Any], messages: Sequence[Mapping[str, Any]]) -> object:
    given = _given("input", test, metadata)
    return _first(messages, "user") if given is UNSET else given


def _expected(test: Mapping[str, Any], metadata: Mapping[str, Any], steps: Sequence[ParsedStep]) -> object:
    given = _given("expected", test, metadata)
    return _last_expected(steps) if given is UNSET else given


def _add_messages(messages: list[dict[str, Any]], step: ParsedStep) -> None:
    if step.is_user:
        messages.append({"role": "user", "content": step.fields.get("text") or step.fields.get("file_path") or ""})
    if step.is_text and (text := step.actual_text) is not None:
        messages.append({"role": "assistant", "content": text})
    if not step.calls:
        return
    made = [_actual(call) for call in step.calls if isinstance(call, ParsedCall) and call.actual is not None]
    if made:
        messages.append({"role": "tool", "tool_calls": made, "content": ""})


def _actual(call: ParsedCall) -> dict[str, Any]:
    fields = as_object(call.fields.get("actual")) or {}
    made: dict[str, Any] = {"name": call.actual, "arguments": call.actual_arguments}
    if (result := result_of(fields)) is not UNSET:
        made["result"] = result
    if (error := error_of(fields)) is not None:
        made["error"] = error
    if (duration := _number(fields.get("duration_ms"))) is not None:
        made["duration_ms"] = duration
    return made


def _first(messages: Sequence[Mapping[str, Any]], role: str) -> object:
    for one in messages:
        if one["role"] == role:
            return one["content"]
    return None


def _last(messages: Sequence[Mapping[str, Any]], role: str) -> object:
    return _first(messages[::-1], role)


def _last_expected(steps: Sequence[ParsedStep]) -> object:
    expected = [as_object(step.fields.get("expected_response")) or {} for step in steps if step.is_text]
    return next((text for one in reversed(expected) if (text := one.get("text"))), None)


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
