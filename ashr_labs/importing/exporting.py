"""Export of datasets to the formats of other tools."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from .._format import suggestion
from .._json import as_object
from ..errors import ConfigurationError, DatasetError
from . import export_runs
from .conversation import ChatMessage, Conversation, ExpectedCall, read_conversation
from .decoding import optional_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["EXPORT_FORMATS", "ExportedDataset", "export_dataset"]

_CALLS_LEFT_OUT = "tool calls: left out, the format has none"
_ARGUMENTS_LEFT_OUT = "arguments of tool calls: left out, the format has none"


@dataclass(frozen=True, slots=True)
class ExportedDataset:
    """A dataset in the format of another tool."""

    content: bytes
    """The content of the file."""
    notes: Mapping[str, int]
    """Parts of scenarios that the format cannot represent, each with its count."""


def export_dataset(dataset_source: Mapping[str, Any], file_format: str, *, name: str = "dataset") -> ExportedDataset:
    r"""Write the scenarios of a dataset in the format of another tool.

    Args:
        dataset_source: The dataset.
        file_format: One of `EXPORT_FORMATS`.
        name: Name of the dataset, for formats that have one.

    Raises:
        ConfigurationError: The format is unknown.
        DatasetError: A package that writes the format is not installed.

    Examples:
        >>> actions = [{"actor": "user", "content": "2+2?"}, {"actor": "agent", "content": "4"}]
        >>> export_dataset({"runs": {"sum": {"actions": actions}}}, "openai-evals").content
        b'{"input": [{"role": "user", "content": "2+2?"}], "ideal": "4"}\n'
    """
    if file_format not in _WRITERS:
        known = ", ".join(EXPORT_FORMATS)
        raise ConfigurationError(
            f"`file_format` must be one of {known}, got {file_format!r}{suggestion(file_format, EXPORT_FORMATS)}"
        )
    notes: Counter[str] = Counter()
    runs = as_object(dataset_source.get("runs")) or {}
    conversations = [read_conversation(scenario_id, raw, notes) for scenario_id, raw in runs.items()]
    if not conversations:
        raise DatasetError("has no scenarios", path="runs")
    content = _WRITERS[file_format](conversations, name, notes)
    return ExportedDataset(content, dict(notes))


def _openai(conversations: Sequence[Conversation], _name: str, notes: Counter[str]) -> bytes:
    notes["ids, titles and tags: left out, the format has none"] += len(conversations)
    return _lines({"messages": [*_system(one), *_chat(one.messages)]} for one in conversations)


def _openai_evals(conversations: Sequence[Conversation], _name: str, notes: Counter[str]) -> bytes:
    records: list[dict[str, Any]] = []
    for one in conversations:
        if one.expected_calls:
            notes[_CALLS_LEFT_OUT] += 1
        if not one.expected_text:
            notes["scenarios without an expected text: left out"] += 1
            continue
        records.append({"input": [*_system(one), *_chat(one.given)], "ideal": one.expected_text})
    return _lines(records)


def _promptfoo(conversations: Sequence[Conversation], name: str, notes: Counter[str]) -> bytes:
    """Return a configuration; JSON is valid YAML."""
    is_chat = any(one.question is None for one in conversations)
    tests = [_promptfoo_test(one, notes, is_chat=is_chat) for one in conversations]
    prompt = "{{messages | dump}}" if is_chat else "{{message}}"
    return _document({"description": name, "prompts": [prompt], "providers": ["echo"], "tests": tests})


def _promptfoo_test(one: Conversation, notes: Counter[str], *, is_chat: bool) -> dict[str, Any]:
    variables = {"messages": [*_system(one), *_chat(one.given)]} if is_chat else {"message": one.question}
    assertions: list[dict[str, Any]] = []
    if one.expected_text:
        assertions.append({"type": "factuality", "value": one.expected_text})
    if one.expected_calls:
        assertions.append({"type": "tool-call-f1", "value": [call.name for call in one.expected_calls]})
        notes[_ARGUMENTS_LEFT_OUT] += 1
    return {"description": one.title or one.id, "vars": variables, "assert": assertions, **_metadata(one)}


def _langfuse(conversations: Sequence[Conversation], name: str, _notes: Counter[str]) -> bytes:
    return _lines(
        {"id": one.id, "datasetName": name, "input": _given(one), "expectedOutput": _expected(one), **_metadata(one)}
        for one in conversations
    )


def _deepeval(conversations: Sequence[Conversation], _name: str, notes: Counter[str]) -> bytes:
    if any(len(one.given) > 1 for one in conversations):
        return _document([_deepeval_turns(one) for one in conversations])
    if any(one.system for one in conversations):
        notes["system messages: left out, the format has none"] += 1
    return _document(
        [
            {
                "input": one.given[0].text if one.given else "",
                "expected_output": one.expected_text or None,
                "expected_tools": [_deepeval_tool(call) for call in one.expected_calls] or None,
                "name": one.title or None,
                "additional_metadata": {"id": one.id, **one.metadata},
            }
            for one in conversations
        ]
    )


def _deepeval_turns(one: Conversation) -> dict[str, Any]:
    turns = [
        {
            "role": message.role,
            "content": message.text,
            **({"tools_called": [_deepeval_tool(call) for call in message.calls]} if message.calls else {}),
        }
        for message in one.messages
    ]
    return {
        "scenario": one.title or one.id,
        "turns": turns,
        "expected_outcome": one.expected_text or None,
        "additional_metadata": {"id": one.id, **one.metadata},
    }


def _deepeval_tool(call: ExpectedCall) -> dict[str, Any]:
    output = {} if call.result is None else {"output": call.result}
    return {"name": call.name, "input_parameters": dict(call.arguments), **output}


def _ragas(conversations: Sequence[Conversation], _name: str, _notes: Counter[str]) -> bytes:
    return _lines(
        {
            "user_input": one.question if one.question is not None else _ragas_messages(one),
            **({"reference": one.expected_text} if one.expected_text else {}),
            **(
                {
                    "reference_tool_calls": [
                        {"name": call.name, "args": dict(call.arguments)} for call in one.expected_calls
                    ]
                }
                if one.expected_calls
                else {}
            ),
        }
        for one in conversations
    )


def _ragas_messages(one: Conversation) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    for message in one.given:
        calls = [{"name": call.name, "args": dict(call.arguments)} for call in message.calls]
        kind = "human" if message.role == "user" else "ai"
        messages.append({"content": message.text, "type": kind, **({"tool_calls": calls} if calls else {})})
    return messages


def _inspect(conversations: Sequence[Conversation], _name: str, _notes: Counter[str]) -> bytes:
    return _lines(export_runs.inspect_sample(one) for one in conversations)


def _sharegpt(conversations: Sequence[Conversation], _name: str, _notes: Counter[str]) -> bytes:
    return _document([{"id": one.id, "conversations": list(_sharegpt_messages(one))} for one in conversations])


def _sharegpt_messages(one: Conversation) -> Iterable[dict[str, str]]:
    if one.system:
        yield {"from": "system", "value": one.system}
    for message in one.messages:
        for call in message.calls:
            written = {"name": call.name, "arguments": dict(call.arguments)}
            yield {"from": "function_call", "value": json.dumps(written, ensure_ascii=False)}
            if call.result_text is not None:
                yield {"from": "observation", "value": call.result_text}
        if message.text or message.role == "user":
            yield {"from": "human" if message.role == "user" else "gpt", "value": message.text}


def _table(conversations: Sequence[Conversation], _name: str, _notes: Counter[str]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", "title", "tags", "input", "expected", "tool_calls"))
    for one in conversations:
        given = _given(one)
        calls = [{"name": call.name, "arguments": dict(call.arguments)} for call in one.expected_calls]
        written = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        called = json.dumps(calls, ensure_ascii=False) if calls else ""
        writer.writerow((one.id, one.title, "; ".join(one.tags), written, one.expected_text, called))
    return text.getvalue().encode()


def _parquet(conversations: Sequence[Conversation], _name: str, _notes: Counter[str]) -> bytes:
    arrow = optional_module("pyarrow", "a Parquet file")
    rows = [
        {
            "id": one.id,
            "title": one.title,
            "tags": list(one.tags),
            "messages": [_flat(message) for message in [*_system(one), *_chat(one.messages)]],
        }
        for one in conversations
    ]
    content = io.BytesIO()
    optional_module("pyarrow.parquet", "a Parquet file").write_table(arrow.Table.from_pylist(rows), content)
    return content.getvalue()


def _flat(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message with the same columns as every other one; nested values are JSON text."""
    content, calls = message.get("content"), message.get("tool_calls")
    return {
        "role": message["role"],
        "content": content if content is None or isinstance(content, str) else json.dumps(content, ensure_ascii=False),
        "tool_calls": json.dumps(calls, ensure_ascii=False) if calls else None,
        "tool_call_id": message.get("tool_call_id"),
    }


def _system(one: Conversation) -> list[dict[str, Any]]:
    return [{"role": "system", "content": one.system}] if one.system else []


def _chat(messages: Iterable[ChatMessage]) -> list[dict[str, Any]]:
    """Return messages in OpenAI's format, with the results of tools."""
    result: list[dict[str, Any]] = []
    for message in messages:
        calls = [_openai_call(call) for call in message.calls]
        content = list(message.parts) or message.text or (None if calls else "")
        result.append({"role": message.role, "content": content, **({"tool_calls": calls} if calls else {})})
        result += (
            {"role": "tool", "tool_call_id": call.id, "content": call.result_text}
            for call in message.calls
            if call.result_text is not None
        )
    return result


def _openai_call(call: ExpectedCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": json.dumps(dict(call.arguments), ensure_ascii=False)}
    return {"id": call.id, "type": "function", "function": function}


def _given(one: Conversation) -> object:
    return one.question if one.question is not None else [*_system(one), *_chat(one.given)]


def _expected(one: Conversation) -> object:
    messages = _chat(one.expected)
    if len(messages) == 1:
        return messages[0] if one.expected_calls else one.expected_text
    return messages or None


def _metadata(one: Conversation) -> dict[str, Any]:
    return {"metadata": dict(one.metadata)} if one.metadata else {}


def _lines(records: Iterable[Mapping[str, Any]]) -> bytes:
    return "".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records).encode()


def _document(value: object) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, indent=2)}\n".encode()


_WRITERS: Final[Mapping[str, Callable[[Sequence[Conversation], str, Counter[str]], bytes]]] = {
    "openai": _openai,
    "openai-evals": _openai_evals,
    "promptfoo": _promptfoo,
    "langfuse": _langfuse,
    "deepeval": _deepeval,
    "ragas": _ragas,
    "inspect": _inspect,
    "inspect-log": export_runs.inspect_log,
    "sharegpt": _sharegpt,
    "atif": export_runs.atif,
    "otlp": export_runs.otlp,
    "table": _table,
    "parquet": _parquet,
}
EXPORT_FORMATS: Final = tuple(_WRITERS)
"""Formats that `export_dataset` writes."""
