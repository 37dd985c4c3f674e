"""Records with an input and an expected output, as most tools write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .._json import as_list, as_object
from .messages import add_messages
from .names import CALL_KEYS, EXPECTED_KEYS, ID_KEYS, INPUT_KEYS, MEDIA_KEYS, SYSTEM_KEYS
from .scenario_draft import JUST_KEPT
from .values import add_calls, add_expected, add_input, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .scenario_draft import FieldPath, ScenarioDraft

__all__ = [
    "BOOKKEEPING",
    "Keys",
    "is_langsmith",
    "keep_rest",
    "read_deepeval",
    "read_inspect",
    "read_langsmith",
    "reader",
]


class Keys(NamedTuple):
    """The keys of the input and the expected output, if the caller names them."""

    input: str | None = None
    expected: str | None = None


class Columns(NamedTuple):
    """The fields of a tool's records."""

    inputs: tuple[str, ...] = INPUT_KEYS
    expected: tuple[str, ...] = EXPECTED_KEYS
    calls: tuple[str, ...] = CALL_KEYS
    recorded: str = ""
    """The recorded output, which is expected if there is nothing else."""


BOOKKEEPING: Final[Mapping[str, tuple[str, ...]]] = {
    "table": (),
    "openai": ("tools", "functions", "parallel_tool_calls", "tool_choice"),
    "sharegpt": ("tools", "source", "dataset"),
    "gemini": ("systemInstruction", "system_instruction", "generationConfig", "tools", "toolConfig", "safetySettings"),
    "openai-evals": (),
    "langsmith": (
        *("dataset_id", "created_at", "modified_at", "source_run_id", "attachments", "name", "runs", "as_of"),
    ),
    "braintrust": (
        *("_xact_id", "created", "project_id", "dataset_id", "root_span_id", "span_id", "is_root", "origin"),
        *("comments", "audit_data", "_pagination_key", "log_id", "org_id", "span_parents", "classifications"),
        *("facets", "_async_scoring_state"),
    ),
    "langfuse": (
        *("dataset_id", "dataset_name", "source_trace_id", "source_observation_id", "status", "created_at"),
        *("updated_at", "valid_from", "projectId", "project_id"),
    ),
    "deepeval": ("source_file", "custom_column_key_values", "name", "persona", "user_description", "comments"),
    "ragas": ("synthesizer_name", "persona_name", "query_style", "query_length", "rubrics", "multi_responses"),
    "inspect": (
        *("sandbox", "files", "setup", "epoch", "messages", "output", "scores", "store", "events", "model_usage"),
        *("uuid", "attachments", "role_usage", "started_at", "completed_at", "total_time", "working_time", "error"),
        *("error_retries", "events_data", "turn_count", "limit", "invalidation", "timelines"),
    ),
}
"""Fields with administrative data of a tool: stored as metadata under its name, without a note."""

_COLUMNS: Final[Mapping[str, Columns]] = {
    "table": Columns(),
    "openai-evals": Columns(("input",), ("ideal",)),
    "braintrust": Columns(("input",), ("expected",), (), "output"),
    "langfuse": Columns(("input",), ("expected_output",), ()),
    "deepeval": Columns(("input",), ("expected_output",), ("expected_tools",), "actual_output"),
    "ragas": Columns(
        ("user_input", "question"),
        ("reference", "ground_truth", "ground_truths"),
        ("reference_tool_calls",),
        "response",
    ),
    "inspect": Columns(("input",), ("target",), ("expected_tool_calls",)),
}
_PREFIXES = {"inputs": ("inputs.", "inputs_", "input_"), "outputs": ("outputs.", "outputs_", "output_")}
_EMPTY: Final[tuple[object, ...]] = (None, "", [], {})
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def reader(name: str) -> Callable[[ScenarioDraft, Mapping[str, Any], FieldPath, Keys], None]:
    """Return the reader of a tool's records."""
    columns = _COLUMNS[name]

    def read(draft: ScenarioDraft, fields: Mapping[str, Any], field: FieldPath, keys: Keys) -> None:
        used = [*_add_input(draft, fields, field, keys, columns)]
        used += _add_expectation(draft, fields, field, keys, columns)
        keep_rest(draft, fields, BOOKKEEPING[name], name, read=used)

    return read


def is_langsmith(fields: Mapping[str, Any], _keys: Keys) -> bool:
    """Return True for LangSmith's examples; in CSV, each key of inputs and outputs has a column."""
    return "inputs" in fields or all(
        any(name.startswith(prefixes) for name in fields if name not in INPUT_KEYS) for prefixes in _PREFIXES.values()
    )


def read_langsmith(draft: ScenarioDraft, fields: Mapping[str, Any], field: FieldPath, keys: Keys) -> None:
    """Read an example of LangSmith."""
    columns = tuple(prefix for prefixes in _PREFIXES.values() for prefix in prefixes)
    rest = {key: value for key, value in fields.items() if not key.startswith(columns)}
    fields = {**rest, **_gathered(fields, "inputs"), **_gathered(fields, "outputs")}
    if "inputs" not in fields:
        raise field.key("inputs").fault(f"is missing; the keys are {', '.join(fields)}")
    add_input(draft, fields["inputs"], field.key("inputs"), keys.input)
    add_expected(draft, fields.get("outputs"), field.key("outputs"), keys.expected)
    metadata = as_object(fields.get("metadata")) or {}
    splits = fields.get("split") or metadata.get("dataset_split") or ()
    draft.tags += [splits] if isinstance(splits, str) else [str(one) for one in splits]
    keep_rest(draft, fields, BOOKKEEPING["langsmith"], "langsmith", read=("inputs", "outputs", "split"))


def read_deepeval(draft: ScenarioDraft, fields: Mapping[str, Any], field: FieldPath, keys: Keys) -> None:
    """Read a golden or a test case of DeepEval, of one turn or several."""
    if as_list(fields.get("turns")):
        add_messages(draft, fields["turns"], field.key("turns"))
        draft.title = str(fields.get("scenario") or "")
        if not draft.expects_something and fields.get("expected_outcome"):
            draft.add_agent(str(fields["expected_outcome"]), [])
            read: tuple[str, ...] = ("turns", "scenario", "expected_outcome")
        else:
            read = ("turns", "scenario")
        keep_rest(draft, fields, BOOKKEEPING["deepeval"], "deepeval", read=read)
        return
    reader("deepeval")(draft, fields, field, keys)


def read_inspect(draft: ScenarioDraft, fields: Mapping[str, Any], field: FieldPath, keys: Keys) -> None:
    """Read a sample of Inspect, of a dataset or a log; choices are added to the question."""
    choices = [str(choice) for choice in as_list(fields.get("choices")) or ()]
    if choices and isinstance(fields.get("input"), str):
        listed = "\n".join(f"{letter}) {choice}" for letter, choice in zip(_LETTERS, choices, strict=False))
        fields = {**fields, "input": f"{fields['input']}\n\n{listed}"}
    if fields.get("target") in (None, "", []) and as_list(fields.get("messages")):
        draft.note("no target: the recorded messages are expected in its place")
        add_messages(draft, fields["messages"], field.key("messages"))
        keep_rest(draft, fields, BOOKKEEPING["inspect"], "", read=("messages", "input", "target", "choices"))
        return
    metadata = as_object(fields.get("metadata")) or {}
    if "expected_tool_calls" in metadata:  # Inspect has no place for them
        rest = {key: value for key, value in metadata.items() if key != "expected_tool_calls"}
        fields = {**fields, "metadata": rest, "expected_tool_calls": metadata["expected_tool_calls"]}
    reader("inspect")(draft, fields, field, keys)


def keep_rest(
    draft: ScenarioDraft, fields: Mapping[str, Any], bookkeeping: Iterable[str], name: str, read: Iterable[str]
) -> None:
    """Take over id, title, tags and metadata, and store fields that were not read as metadata."""
    bookkeeping = tuple(bookkeeping)
    own = {key: fields[key] for key in bookkeeping if fields.get(key) is not None and key not in read}
    if own and name and name != "inspect":
        draft.keep(name, own)
    usual = _keep_usual(draft, fields)
    for key, value in fields.items():
        if key not in {*bookkeeping, *read, *usual} and value is not None:
            if value not in _EMPTY:
                draft.unread.append(key)
            draft.keep(key, value, JUST_KEPT.format(key))


def _add_input(
    draft: ScenarioDraft, fields: Mapping[str, Any], field: FieldPath, keys: Keys, columns: Columns
) -> tuple[str, ...]:
    """Add the user's message; return the keys that were read."""
    found = keys.input or next((key for key in columns.inputs if fields.get(key) is not None), None)
    if found is None or fields.get(found) is None:
        raise field.key(found or "").fault(
            f"no input; name its key (input_key=, --input-key), one of {', '.join(fields)}"
        )
    system = next((key for key in SYSTEM_KEYS if isinstance(fields.get(key), str) and key != found), None)
    if system:
        draft.keep("system", fields[system], JUST_KEPT.format("system messages"))
    used = (found, *((system,) if system else ()))
    media = [key for key in MEDIA_KEYS if fields.get(key) and key != found]
    if "instruction" in columns.inputs and {"instruction", "input"} <= fields.keys() and found == "input":
        text = "\n\n".join(filter(None, (str(fields["instruction"]), str(fields["input"]))))  # of Alpaca
        draft.add_user(text)
        return (*used, "instruction")
    if media and isinstance(fields[found], str):
        parts = [{"type": "text", "text": fields[found]}, *(part for key in media for part in _parts(key, fields[key]))]
        draft.add_user(fields[found], parts=parts)
        return (*used, *media)
    add_input(draft, fields[found], field.key(found), keys.input if as_object(fields[found]) else None)
    return used


def _parts(key: str, value: object) -> list[object]:
    """Return the media in a column as parts of a message."""
    kind = {"images": "image", "image_url": "image"}.get(key, key)
    return [{"type": kind, kind: item} for item in as_list(value) or [value]]


def _add_expectation(
    draft: ScenarioDraft, fields: Mapping[str, Any], field: FieldPath, keys: Keys, columns: Columns
) -> tuple[str, ...]:
    """Add what is expected; return the keys that were read."""
    found = keys.expected or next((key for key in columns.expected if fields.get(key) not in _EMPTY), "")
    calls = next((key for key in columns.calls if fields.get(key) not in _EMPTY), "")
    if calls:
        add_calls(draft, fields[calls], field.key(calls), text_of(fields.get(found)))
        return (found, calls)
    if found:
        _drop_recorded_reply(draft, field.key(found))
        add_expected(draft, fields.get(found), field.key(found), keys.expected if found not in fields else None)
        return (found, *columns.calls)
    if columns.recorded and fields.get(columns.recorded) not in _EMPTY:
        expected = columns.expected[0]
        draft.note(f"no {expected}: the recorded {columns.recorded} is expected in its place")
        add_expected(draft, fields[columns.recorded], field.key(columns.recorded))
        return (columns.recorded, *columns.expected)
    return (*(key for key in columns.expected if key in fields), *(key for key in columns.calls if key in fields))


def _drop_recorded_reply(draft: ScenarioDraft, field: FieldPath) -> None:
    """Remove the reply at the end of an input with messages; the expected one follows."""
    last = draft.actions[-1] if draft.actions else {}
    if last.get("actor") == "agent" and not last["expected_response"]["tool_calls"]:
        draft.actions.pop()
        draft.note(f"recorded last reply: replaced by {field.path}")


def _gathered(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the value of one field or, in CSV, of a column for each key."""
    if name in fields:
        return {name: fields[name]}
    columns = {key: prefix for key in fields for prefix in _PREFIXES[name] if key.startswith(prefix)}
    return {name: {key.removeprefix(prefix): fields[key] for key, prefix in columns.items()}} if columns else {}


def _keep_usual(draft: ScenarioDraft, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Take over id, title, tags and metadata; return their keys."""
    identity = next((key for key in ID_KEYS if fields.get(key) not in (None, "")), "id")
    draft.id = str(fields.get(identity) or "")
    draft.title = draft.title or str(fields.get("title") or "")
    tags = fields.get("tags")
    split = (
        [one.strip() for one in tags.split(";")] if isinstance(tags, str) else [str(one) for one in as_list(tags) or ()]
    )
    draft.tags += [one for one in split if one and one not in draft.tags]
    for key in ("metadata", "additional_metadata"):
        metadata = fields.get(key)
        if (entries := as_object(metadata)) is not None:
            draft.metadata.update(entries)
        elif metadata is not None:
            draft.keep(key, metadata)
    return (identity, "title", "tags", "metadata", "additional_metadata")
