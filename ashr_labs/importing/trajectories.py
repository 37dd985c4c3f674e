"""Recorded runs of agents: ATIF trajectories, and OpenTelemetry spans as JSON (OTLP)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, parsed_json, preview
from ..errors import DatasetError
from .messages import add_message
from .records import Record
from .scenario_draft import JUST_KEPT, LEFT_OUT
from .traces import scenario_of_trace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from .rows import Keys
    from .scenario_draft import FieldPath, ScenarioDraft

__all__ = ["add_trace", "is_otlp", "read_atif", "read_otlp", "traces_of"]

_MODEL_OPERATIONS = frozenset({"chat", "text_completion", "generate_content"})
_INDEXED = re.compile(r"^(llm\.input_messages|llm\.output_messages|gen_ai\.prompt|gen_ai\.completion)\.(\d+)\.(.+)$")
_EVENT_ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}


def read_atif(draft: ScenarioDraft, fields: Mapping[str, Any], field: FieldPath, _keys: Keys) -> None:
    """Read a trajectory in the Agent Trajectory Interchange Format."""
    for number, step in enumerate(as_list(fields.get("steps")) or ()):
        at = field.key("steps").item(number)
        if (step_fields := as_object(step)) is None:
            raise at.fault(f"must be an object, got {preview(step)}")
        if step_fields.get("is_copied_context") is True:
            draft.note(LEFT_OUT.format("steps copied from an earlier trajectory"))
            continue
        _add_step(draft, step_fields, at)
    draft.id = str(fields.get("trajectory_id") or fields.get("session_id") or "")
    for key in ("agent", "notes", "final_metrics", "extra"):
        if fields.get(key):
            draft.keep(key, fields[key])
    if fields.get("subagent_trajectories"):
        draft.keep("subagent_trajectories", fields["subagent_trajectories"], JUST_KEPT.format("subagent_trajectories"))


def is_otlp(fields: Mapping[str, Any]) -> bool:
    """Return True for spans in the JSON encoding of OTLP."""
    return "resource_spans" in fields or "scope_spans" in fields


def traces_of(records: Iterable[Record]) -> Iterator[Record]:
    """Yield a record for each trace in exports of spans."""
    traces: dict[str, tuple[str, list[Mapping[str, Any]]]] = {}
    for record in records:
        for span in _spans(record.fields):
            identity = str(_get(span, "traceId", "trace_id") or "")
            traces.setdefault(identity, (record.place, []))[1].append(span)
    for identity, (place, spans) in traces.items():
        yield Record(place, {"otlp_spans": spans, "id": identity})


def read_otlp(draft: ScenarioDraft, fields: Mapping[str, Any], field: FieldPath, _keys: Keys) -> None:
    """Read the spans of one trace, by the conventions of OpenTelemetry, OpenInference or OpenLLMetry."""
    spans = (as_object(span) for span in as_list(fields.get("otlp_spans")) or ())
    observations = [_observation(span) for span in spans if span is not None]
    if not observations:
        raise field.fault("has no spans")
    if not any(one["type"] == "generation" and one["input"] for one in observations):
        for one in observations:  # spans of agents hold the messages where those of models do not
            one["type"] = "generation" if one["messages"] else one["type"]
    root = next((one for one in observations if not one["parent_observation_id"]), observations[0])
    trace = {"id": fields.get("id"), "name": root["name"], "observations": observations}
    add_trace(draft, trace, field)


def add_trace(draft: ScenarioDraft, trace: Mapping[str, Any], field: FieldPath) -> None:
    """Add the scenario of a trace.

    Raises:
        DatasetError: The trace has no user message.
    """
    try:
        draft.id, draft.whole, notes = scenario_of_trace(trace)
    except DatasetError as error:
        raise field.fault(str(error)) from error
    draft.notes.update(notes)


def _add_step(draft: ScenarioDraft, step: Mapping[str, Any], field: FieldPath) -> None:
    source = {"agent": "assistant"}.get(str(step.get("source")), str(step.get("source")))
    message = {"role": source, "content": step.get("message"), "tool_calls": step.get("tool_calls")}
    if source != "system" or step.get("message"):
        add_message(draft, message, field)
    results = as_list((as_object(step.get("observation")) or {}).get("results")) or ()
    for result in map(as_object, results):
        if result is not None and result.get("source_call_id") is not None:
            failed = result.get("is_error") is True
            content = result.get("content")
            draft.add_result(result["source_call_id"], content, str(content or "the call failed") if failed else None)


def _spans(fields: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    resources = as_list(_get(fields, "resource_spans", "resourceSpans")) or [fields]
    for resource in map(as_object, resources):
        scopes = _get(resource or {}, "scopeSpans", "scope_spans", "instrumentationLibrarySpans")
        for scope in map(as_object, as_list(scopes) or ()):
            spans = map(as_object, as_list((scope or {}).get("spans")) or ())
            yield from (span for span in spans if span is not None)


def _get(fields: Mapping[str, Any], *keys: str) -> Any:
    return next((fields[key] for key in keys if fields.get(key) is not None), None)


def _observation(span: Mapping[str, Any]) -> dict[str, Any]:
    """Return a span as an observation of a trace."""
    attributes = _attributes(span.get("attributes"))
    messages, replies = _messages(span, attributes)
    kind = str(attributes.get("openinference.span.kind") or attributes.get("traceloop.span.kind") or "").lower()
    operation = attributes.get("gen_ai.operation.name")
    name = str(span.get("name") or "")
    observation: dict[str, Any] = {
        "id": _get(span, "spanId", "span_id"),
        "parent_observation_id": _get(span, "parentSpanId", "parent_span_id"),
        "start_time": str(_get(span, "startTimeUnixNano", "start_time_unix_nano") or "").zfill(20),
        "name": name,
        "type": "span",
        "input": messages or _input(attributes, "input.value", "traceloop.entity.input"),
        "output": replies or _input(attributes, "output.value", "traceloop.entity.output"),
        "messages": bool(messages),
        **_status(span.get("status")),
    }
    if operation == "execute_tool" or kind == "tool":
        tool = attributes.get("gen_ai.tool.name") or attributes.get("tool.name") or name.removeprefix("execute_tool ")
        arguments = _input(attributes, "gen_ai.tool.call.arguments", "input.value", "tool.parameters")
        result = _input(attributes, "gen_ai.tool.call.result", "output.value")
        return {**observation, "name": f"tool:{tool}", "input": arguments, "output": result}
    if operation in _MODEL_OPERATIONS or kind == "llm" or (operation is None and replies):
        return {**observation, "type": "generation"}
    return observation


def _attributes(listed: object) -> dict[str, Any]:
    pairs = (fields for one in as_list(listed) or () if (fields := as_object(one)))
    return {str(pair.get("key")): _value(pair.get("value")) for pair in pairs}


def _value(wrapped: object) -> Any:
    """Return an attribute's value: `{"stringValue": "x"}` is "x"."""
    for kind, value in (as_object(wrapped) or {}).items():
        if kind == "arrayValue":
            return [_value(one) for one in as_list((as_object(value) or {}).get("values")) or ()]
        if kind == "kvlistValue":
            return _attributes((as_object(value) or {}).get("values"))
        if kind == "intValue" and isinstance(value, str) and value.lstrip("-").isdecimal():
            return int(value[:20])
        return value
    return None


def _input(attributes: Mapping[str, Any], *keys: str) -> object:
    value = _get(attributes, *keys)
    return parsed_json(value) if isinstance(value, str) else value


def _messages(span: Mapping[str, Any], attributes: Mapping[str, Any]) -> tuple[list[Any], list[Any]]:
    """Return the messages that a model was given, and its replies."""
    indexed = _indexed(attributes)
    events = [fields for one in as_list(span.get("events")) or () if (fields := as_object(one))]
    given = as_list(_input(attributes, "gen_ai.input.messages")) or _from_events(events)
    system = _input(attributes, "gen_ai.system_instructions")
    replies = as_list(_input(attributes, "gen_ai.output.messages")) or _choices(events)
    given = given or indexed.get("llm.input_messages") or indexed.get("gen_ai.prompt") or ()
    replies = replies or indexed.get("llm.output_messages") or indexed.get("gen_ai.completion") or ()
    return [*([{"role": "system", "parts": system}] if as_list(system) else []), *given], list(replies)


def _indexed(attributes: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return messages that are spread over attributes such as `llm.input_messages.0.message.role`."""
    found: dict[str, dict[int, dict[str, Any]]] = {}
    for key, value in attributes.items():
        if match := _INDEXED.match(key):
            path = match[3].removeprefix("message.")
            _put(found.setdefault(match[1], {}).setdefault(int(match[2][:6]), {}), path, value)
    return {name: [_unflattened(one) for _, one in sorted(messages.items())] for name, messages in found.items()}


def _put(message: dict[str, Any], path: str, value: object) -> None:
    call = re.match(r"tool_calls\.(\d+)\.(?:tool_call\.)?(?:function\.)?(\w+)$", path)
    if call is None:
        message[path] = value
    else:
        message.setdefault("calls", {}).setdefault(int(call[1][:6]), {})[call[2]] = value


def _unflattened(message: dict[str, Any]) -> dict[str, Any]:
    calls = message.pop("calls", {})
    return {**message, "tool_calls": [call for _, call in sorted(calls.items())]} if calls else message


def _from_events(events: list[Mapping[str, Any]]) -> list[Any]:
    return [
        {"role": _EVENT_ROLES[str(event["name"])], **_attributes(event.get("attributes"))}
        for event in events
        if event.get("name") in _EVENT_ROLES
    ]


def _choices(events: list[Mapping[str, Any]]) -> list[Any]:
    choices = [_attributes(event.get("attributes")) for event in events if event.get("name") == "gen_ai.choice"]
    messages = [_input(choice, "message") or choice for choice in choices]
    return [{"role": "assistant", **fields} for one in messages if (fields := as_object(one))]


def _status(status: object) -> dict[str, Any]:
    fields = as_object(status) or {}
    if fields.get("code") not in (2, "STATUS_CODE_ERROR", "ERROR"):
        return {}
    return {"level": "ERROR", "status_message": fields.get("message")}
