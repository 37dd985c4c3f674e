"""Conversations as recorded runs: Inspect samples and logs, ATIF trajectories, OpenTelemetry spans."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from .._version import __version__

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Sequence

    from .conversation import ChatMessage, Conversation, ExpectedCall

__all__ = ["MODEL", "atif", "inspect_log", "inspect_sample", "otlp", "write_log"]

_EPOCH = "2026-01-01T00:00:00+00:00"
"""Scenarios have no time, but logs and spans need one."""
_EPOCH_NANOSECONDS = 1_767_225_600_000_000_000
MODEL = "none/none"


def inspect_sample(one: Conversation) -> dict[str, Any]:
    """Return a sample of an Inspect dataset; expected tool calls are metadata."""
    calls = [{"name": call.name, "arguments": dict(call.arguments)} for call in one.expected_calls]
    metadata = {**one.metadata, **({"expected_tool_calls": calls} if calls else {})}
    return {
        "id": one.id,
        "input": one.question if one.question is not None else _inspect_messages(one, one.given),
        "target": one.expected_text,
        **({"metadata": metadata} if metadata else {}),
    }


def inspect_log(conversations: Sequence[Conversation], name: str, _notes: Counter[str]) -> bytes:
    """Return an Inspect log with a sample for each scenario."""
    return write_log([_logged_sample(one) for one in conversations], name)


def write_log(samples: Sequence[dict[str, Any]], name: str, accuracy: float | None = None, error: str = "") -> bytes:
    """Return an Inspect log; with an accuracy, it is the one of a scorer `verdict`."""
    evaluation = _evaluation(name, samples)
    plan: dict[str, Any] = {"name": "plan", "steps": [], "config": {}}
    stats: dict[str, Any] = {"started_at": _EPOCH, "completed_at": _EPOCH, "model_usage": {}}
    results: dict[str, Any] = {"total_samples": len(samples), "completed_samples": len(samples), "scores": []}
    if accuracy is not None:
        metric: dict[str, Any] = {"name": "accuracy", "value": accuracy, "params": {}}
        results["scores"] = [{"name": "verdict", "scorer": "verdict", "params": {}, "metrics": {"accuracy": metric}}]
        evaluation["scorers"] = [{"name": "verdict", "options": {}, "metrics": [{"name": "accuracy", "options": {}}]}]
    header: dict[str, Any] = {
        "version": 2,
        "status": "error" if error else "success",
        "eval": evaluation,
        "plan": plan,
        "results": results,
        "stats": stats,
        **({"error": {"message": error, "traceback": "", "traceback_ansi": ""}} if error else {}),
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "_journal/start.json", {"version": 2, "eval": evaluation, "plan": plan})
        for sample in samples:
            _add(archive, f"samples/{_file_name(sample['id'])}_epoch_{sample['epoch']}.json", sample)
        summaries = [_summary(sample) for sample in samples]
        _add(archive, "_journal/summaries/1.json", summaries)
        _add(archive, "summaries.json", summaries)
        _add(archive, "header.json", header)
    return content.getvalue()


def atif(conversations: Sequence[Conversation], _name: str, _notes: Counter[str]) -> bytes:
    """Return a trajectory per line in the Agent Trajectory Interchange Format."""
    lines: list[str] = []
    for one in conversations:
        steps = [{"source": "system", "message": one.system}] if one.system else []
        steps += [_step(message) for message in one.messages]
        trajectory = {
            "schema_version": "ATIF-v1.7",
            "session_id": one.id,
            "trajectory_id": one.id,
            "agent": {"name": "expected", "version": __version__},
            "steps": [{"step_id": number, **step} for number, step in enumerate(steps, 1)],
            "extra": {"title": one.title, "tags": list(one.tags)},
        }
        lines.append(json.dumps(trajectory, ensure_ascii=False) + "\n")
    return "".join(lines).encode()


def otlp(conversations: Sequence[Conversation], name: str, _notes: Counter[str]) -> bytes:
    """Return spans in the JSON encoding of OTLP, with OpenTelemetry's conventions for generative AI."""
    spans = [span for one in conversations for span in _spans(one)]
    resource = {"attributes": _attributes({"service.name": name})}
    scope = {"name": "ashr_labs", "version": __version__}
    document = {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": spans}]}]}
    return f"{json.dumps(document, ensure_ascii=False)}\n".encode()


def _summary(sample: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "epoch", "input", "target", "metadata", "scores")
    return {**{key: sample[key] for key in kept}, "model_usage": {}, "completed": True}


def _evaluation(name: str, samples: Sequence[dict[str, Any]]) -> dict[str, Any]:
    ids = list(dict.fromkeys(sample["id"] for sample in samples))
    digest = hashlib.sha256(json.dumps([name, ids]).encode()).hexdigest()
    return {
        "eval_id": digest[:22],
        "run_id": digest[22:44],
        "created": _EPOCH,
        "task": name,
        "task_id": digest[:22],
        "task_version": 0,
        "dataset": {"name": name, "samples": len(ids), "sample_ids": ids, "shuffled": False},
        "model": MODEL,
        "config": {"epochs": max((sample["epoch"] for sample in samples), default=1)},
    }


def _logged_sample(one: Conversation) -> dict[str, Any]:
    messages = _inspect_messages(one, one.messages)
    last = next((message for message in reversed(messages) if message["role"] == "assistant"), None)
    choices = [{"message": last, "stop_reason": "stop"}] if last else []
    return {
        "metadata": {},
        **inspect_sample(one),
        "epoch": 1,
        "messages": messages,
        "output": {"model": MODEL, "choices": choices, "completion": one.expected_text},
        "scores": {},
        "store": {},
        "events": [],
        "model_usage": {},
        "attachments": {},
    }


def _inspect_messages(one: Conversation, messages: Iterable[ChatMessage]) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = [{"role": "system", "content": one.system}] if one.system else []
    for message in messages:
        calls = [
            {"id": call.id, "function": call.name, "arguments": dict(call.arguments), "type": "function"}
            for call in message.calls
        ]
        result.append({"role": message.role, "content": message.text, **({"tool_calls": calls} if calls else {})})
        result += (_inspect_result(call) for call in message.calls if call.result_text is not None)
    return result


def _inspect_result(call: ExpectedCall) -> dict[str, Any]:
    result = {"role": "tool", "content": call.result_text, "tool_call_id": call.id, "function": call.name}
    return result if call.error is None else {**result, "error": {"type": "unknown", "message": call.error}}


def _add(archive: zipfile.ZipFile, name: str, value: object) -> None:
    info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))  # the same dataset gives the same bytes
    archive.writestr(info, json.dumps(value, ensure_ascii=False), zipfile.ZIP_DEFLATED)


def _file_name(scenario_id: str) -> str:
    return "".join(character if character.isalnum() or character in "-_." else "_" for character in scenario_id)


def _step(message: ChatMessage) -> dict[str, Any]:
    step: dict[str, Any] = {"source": "user" if message.role == "user" else "agent", "message": message.text}
    if message.parts:
        step["message"] = list(message.parts)
    if message.calls:
        step["tool_calls"] = [
            {"tool_call_id": call.id, "function_name": call.name, "arguments": dict(call.arguments)}
            for call in message.calls
        ]
        results = [
            {"source_call_id": call.id, "content": call.result_text}
            for call in message.calls
            if call.result_text is not None
        ]
        if results:
            step["observation"] = {"results": results}
    return step


def _spans(one: Conversation) -> Iterable[dict[str, Any]]:
    """Yield the spans of a trace: one of the agent, and one for each reply and tool call."""
    identity = hashlib.sha256(one.id.encode()).hexdigest()
    trace, root, number = identity[:32], identity[32:48], 0
    history: list[dict[str, Any]] = []
    spans: list[dict[str, Any]] = []
    for message in one.messages:
        if message.role == "assistant":
            number += 1
            spans.append(_span(trace, root, number, "chat", _chat_attributes(one, history, message)))
            for call in message.calls:
                number += 1
                spans.append(_tool_span(trace, root, number, call))
        history.append(_otlp_message(message))
        history += (_otlp_result(call) for call in message.calls if call.result_text is not None)
    if not spans:
        number += 1
        spans.append(_span(trace, root, number, "chat", _chat_attributes(one, history, None)))
    yield _span(trace, "", 0, one.title or one.id, {"gen_ai.operation.name": "invoke_agent"}, root)
    yield from spans


def _span(
    trace: str, parent: str, number: int, name: str, attributes: dict[str, str], span_id: str | None = None
) -> dict[str, Any]:
    start = _EPOCH_NANOSECONDS + number * 1_000_000
    own = span_id or hashlib.sha256(f"{trace}/{number}".encode()).hexdigest()[:16]
    return {
        "traceId": trace,
        "spanId": own,
        **({"parentSpanId": parent} if parent else {}),
        "name": name,
        "kind": 1,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 1_000_000),
        "attributes": _attributes(attributes),
        "status": {},
    }


def _tool_span(trace: str, root: str, number: int, call: ExpectedCall) -> dict[str, Any]:
    attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": call.name,
        "gen_ai.tool.call.id": call.id,
        "gen_ai.tool.call.arguments": json.dumps(dict(call.arguments), ensure_ascii=False),
    }
    if call.result_text is not None:
        attributes["gen_ai.tool.call.result"] = call.result_text
    span = _span(trace, root, number, f"execute_tool {call.name}", attributes)
    return span if call.error is None else {**span, "status": {"code": 2, "message": call.error}}


def _chat_attributes(one: Conversation, history: list[dict[str, Any]], reply: ChatMessage | None) -> dict[str, str]:
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.input.messages": json.dumps(history, ensure_ascii=False),
    }
    if reply is not None:
        written = {**_otlp_message(reply), "finish_reason": "tool_calls" if reply.calls else "stop"}
        attributes["gen_ai.output.messages"] = json.dumps([written], ensure_ascii=False)
    if one.system:
        attributes["gen_ai.system_instructions"] = json.dumps([{"type": "text", "content": one.system}])
    return attributes


def _otlp_message(message: ChatMessage) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"type": "text", "content": message.text}] if message.text else []
    parts += (
        {"type": "tool_call", "id": call.id, "name": call.name, "arguments": dict(call.arguments)}
        for call in message.calls
    )
    return {"role": message.role, "parts": parts}


def _otlp_result(call: ExpectedCall) -> dict[str, Any]:
    return {"role": "tool", "parts": [{"type": "tool_call_response", "id": call.id, "response": call.result_text}]}


def _attributes(values: dict[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]
