"""Results of runs as logs of Inspect."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object
from .._unset import UNSET
from ..run_result import ParsedCall, ParsedRun, ParsedTest
from ..tool_call import result_of
from .export_runs import MODEL, write_log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..run_result import ParsedStep

__all__ = ["export_run"]

_VALUES = {"passed": "C", "failed": "I"}
"""Scores of Inspect: correct and incorrect; a test without such a verdict has none."""


def export_run(result: Mapping[str, Any], *, name: str = "run") -> bytes:
    """Return the result of a run as a log that Inspect View opens (`.eval`).

    Each test is a sample with its transcript; the verdict is the score, and the reasons are its explanation. Repeated
    scenarios are epochs.

    Args:
        result: As returned by `poll_run()` under `result`, `grade()` or `RunBuilder.build()`.
        name: Name of the task.
    """
    epochs: Counter[str] = Counter()
    samples: list[dict[str, Any]] = []
    for test in ParsedRun.read(result).tests or ():
        if isinstance(test, ParsedTest):
            identity = str(test.fields.get("test_id"))
            epochs[identity] += 1
            samples.append(_sample(test, identity, epochs[identity]))
    scored = [sample["scores"]["verdict"]["value"] for sample in samples if sample["scores"]]
    accuracy = scored.count("C") / len(scored) if scored else None
    failed = result.get("status") == "failed"
    return write_log(samples, name, accuracy, str(result.get("error") or "the run failed") if failed else "")


def _sample(test: ParsedTest, identity: str, epoch: int) -> dict[str, Any]:
    messages: list[dict[str, Any]] = []
    expected: list[str] = []
    for step in test.steps or ():
        messages += _messages(step, len(messages))
        if step.is_text and step.expected_text:
            expected = [step.expected_text]
    replies = [message for message in messages if message["role"] == "assistant"]
    choices = [{"message": replies[-1], "stop_reason": "stop"}] if replies else []
    first = next((message["content"] for message in messages if message["role"] == "user"), "")
    error = as_object(test.fields.get("error"))
    return {
        "id": identity,
        "epoch": epoch,
        "input": first,
        "target": "".join(expected),
        "messages": messages,
        "output": {"model": MODEL, "choices": choices, "completion": str(replies[-1]["content"]) if replies else ""},
        "scores": _scores(test),
        "metadata": dict(as_object(test.fields.get("metadata")) or {}),
        "store": {},
        "events": [],
        "model_usage": {},
        "attachments": {},
        **({"error": _error(error)} if error else {}),
    }


def _scores(test: ParsedTest) -> dict[str, Any]:
    value = _VALUES.get(str(test.fields.get("verdict")))
    if value is None:
        return {}
    reasons = [str(reason) for reason in as_list(test.fields.get("verdict_reasons")) or ()]
    return {"verdict": {"value": value, "explanation": "\n".join(reasons)}}


def _error(error: Mapping[str, Any]) -> dict[str, str]:
    message = f"{error.get('type') or 'Error'}: {error.get('message') or ''}"
    return {"message": message, "traceback": str(error.get("traceback") or ""), "traceback_ansi": ""}


def _messages(step: ParsedStep, number: int) -> list[dict[str, Any]]:
    """Return the messages of a step: of the user, of the agent, and the results of its tools."""
    if step.is_user:
        return [{"role": "user", "content": str(step.fields.get("text") or "")}]
    if step.is_text:
        return [{"role": "assistant", "content": step.actual_text}] if step.actual_text else []
    calls: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for place, call in enumerate(step.calls or ()):
        if isinstance(call, ParsedCall) and call.actual is not None:
            call_id = f"call_{number}_{place}"
            arguments = as_object(call.actual_arguments) or {}
            calls.append({"id": call_id, "function": call.actual, "arguments": dict(arguments), "type": "function"})
            results += _result(call, call_id)
    return [{"role": "assistant", "content": "", "tool_calls": calls}, *results] if calls else []


def _result(call: ParsedCall, call_id: str) -> list[dict[str, Any]]:
    result = result_of(as_object(call.fields.get("actual")) or {})
    if result is UNSET and call.error is None:
        return []
    content = "" if result is UNSET or result is None else str(result)
    message = {"role": "tool", "content": content, "tool_call_id": call_id, "function": call.actual}
    return [message if call.error is None else {**message, "error": {"type": "unknown", "message": call.error}}]
