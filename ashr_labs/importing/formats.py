"""What a record means in each format, and how the formats are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .._json import as_list, as_object, preview
from .draft import JUST_KEPT, Draft, Field
from .messages import add_message, add_messages
from .values import INPUT_KEYS, OUTPUT_KEYS, add_expected, add_input

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .records import Record

__all__ = ["FORMATS", "Keys", "detected", "drafted"]

FORMATS = ("scenarios", "table", "openai", "langsmith", "braintrust")
"""What can be read: our own scenarios, rows with an input and what is expected, and three tools' exports."""

_LANGSMITH = ("dataset_id", "created_at", "modified_at", "source_run_id", "attachments", "name", "runs", "as_of")
_BRAINTRUST = (
    *("_xact_id", "created", "project_id", "dataset_id", "root_span_id", "span_id", "is_root", "origin", "comments"),
    *(
        "audit_data",
        "_pagination_key",
        "log_id",
        "org_id",
        "span_parents",
        "classifications",
        "facets",
        "_async_scoring_state",
    ),
)
_PREFIXES = {"inputs": ("inputs.", "inputs_", "input_"), "outputs": ("outputs.", "outputs_", "output_")}
_EXPECTED_COLUMNS = tuple(key for key in OUTPUT_KEYS if key not in INPUT_KEYS)
_OPENAI = ("tools", "functions", "parallel_tool_calls", "tool_choice")


class Keys(NamedTuple):
    """Which keys hold the input and what is expected, where a user says so."""

    input: str | None = None
    expected: str | None = None


def detected(fields: Mapping[str, Any], keys: Keys) -> str | None:
    """Return the format that a record seems to have."""
    if "actions" in fields:
        return "scenarios"
    if "messages" in fields and "inputs" not in fields:
        return "openai"
    if keys.input not in fields and ("inputs" in fields or _has_columns(fields)):
        return "langsmith"
    if "input" in fields and not {"_xact_id", "root_span_id", "span_id", "project_id"}.isdisjoint(fields):
        return "braintrust"
    return "table" if keys.input in fields or not set(INPUT_KEYS).isdisjoint(fields) else None


def _has_columns(fields: Mapping[str, Any]) -> bool:
    """Tell whether, in CSV, each key of the inputs and of the outputs has a column."""
    return all(any(name.startswith(prefixes) for name in fields) for prefixes in _PREFIXES.values())


def drafted(record: Record, form: str, keys: Keys) -> Draft:
    """Return the scenario that a record becomes.

    Raises:
        DatasetError: The record does not have the shape of its format.
    """
    draft = Draft()
    _READERS[form](draft, record.fields, Field(record.place), keys)
    return draft


def _openai(draft: Draft, fields: Mapping[str, Any], field: Field, _keys: Keys) -> None:
    if "messages" not in fields:
        raise field.key("messages").fault(f"is missing; there are {', '.join(fields)}")
    add_messages(draft, fields["messages"], field.key("messages"))
    _keep(draft, fields, _OPENAI, "openai", read=("messages", "id", "metadata", "tags"))
    _keep_usual(draft, fields)


def _langsmith(draft: Draft, fields: Mapping[str, Any], field: Field, keys: Keys) -> None:
    columns = tuple(prefix for prefixes in _PREFIXES.values() for prefix in prefixes)
    rest = {key: value for key, value in fields.items() if not key.startswith(columns)}
    fields = {**rest, **_gathered(fields, "inputs"), **_gathered(fields, "outputs")}
    if "inputs" not in fields:
        raise field.key("inputs").fault(f"is missing; there are {', '.join(fields)}")
    add_input(draft, fields["inputs"], field.key("inputs"), keys.input)
    add_expected(draft, fields.get("outputs"), field.key("outputs"), keys.expected)
    _keep(draft, fields, _LANGSMITH, "langsmith", read=("inputs", "outputs", "id", "metadata", "tags", "split"))
    metadata = as_object(fields.get("metadata")) or {}
    splits = fields.get("split") or metadata.get("dataset_split") or ()
    draft.tags += [splits] if isinstance(splits, str) else [str(one) for one in splits]
    _keep_usual(draft, fields)


def _gathered(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what stands in one field or, in CSV, in a column for each key."""
    if name in fields:
        return {name: fields[name]}
    columns = {key: prefix for key in fields for prefix in _PREFIXES[name] if key.startswith(prefix)}
    return {name: {key.removeprefix(prefix): fields[key] for key, prefix in columns.items()}} if columns else {}


def _braintrust(draft: Draft, fields: Mapping[str, Any], field: Field, keys: Keys) -> None:
    if fields.get("input") is None:
        raise field.key("input").fault(f"is missing; there are {', '.join(fields)}")
    add_input(draft, fields["input"], field.key("input"), keys.input)
    expected = fields.get("expected")
    if expected is None and fields.get("output") is not None:
        draft.note("no expected: the recorded output is expected in its place")
        add_expected(draft, fields["output"], field.key("output"), keys.expected)
        used: tuple[str, ...] = ("output",)
    else:
        add_expected(draft, expected, field.key("expected"), keys.expected)
        used = ()
    _keep(draft, fields, _BRAINTRUST, "braintrust", read=("input", "expected", "id", "metadata", "tags", *used))
    _keep_usual(draft, fields)


def _table(draft: Draft, fields: Mapping[str, Any], field: Field, keys: Keys) -> None:
    input_key = _key_in(fields, keys.input, INPUT_KEYS, field, "--input-key")
    add_input(draft, fields[input_key], field.key(input_key))
    expected_key = keys.expected or next((key for key in _EXPECTED_COLUMNS if key in fields), "")
    calls = fields.get("tool_calls")
    if calls:
        text = fields.get(expected_key)
        message = {"role": "assistant", "content": text if isinstance(text, str) else None, "tool_calls": calls}
        add_message(draft, message, field)
    else:
        add_expected(draft, fields.get(expected_key), field.key(expected_key))
    _keep(draft, fields, (), "", read=(input_key, expected_key, "tool_calls", "id", "title", "metadata", "tags"))
    draft.title = str(fields.get("title") or "")
    _keep_usual(draft, fields)


def _key_in(fields: Mapping[str, Any], key: str | None, usual: Iterable[str], field: Field, option: str) -> str:
    found = key if key is not None else next((one for one in usual if one in fields), None)
    if found is None or found not in fields:
        raise field.key(found or "").fault(f"no input; name its key with {option}: {', '.join(fields)}")
    return found


def _scenario(draft: Draft, fields: Mapping[str, Any], field: Field, _keys: Keys) -> None:
    actions = as_list(fields.get("actions"))
    if actions is None:
        raise field.key("actions").fault(f"must be a list, not {preview(fields.get('actions'))}")
    draft.whole = {key: value for key, value in fields.items() if key != "id"}
    said = (as_object(action) or {} for action in actions)
    draft.actions = [{"actor": str(one.get("actor")), "content": str(one.get("content", ""))} for one in said]
    draft.id = str(fields.get("id") or "")


def _keep(draft: Draft, fields: Mapping[str, Any], bookkeeping: Iterable[str], name: str, read: Iterable[str]) -> None:
    """Keep what has no place in a scenario; of what a tool says about itself, without a note."""
    own = {key: fields[key] for key in bookkeeping if fields.get(key) is not None}
    if own:
        draft.keep(name, own)
    for key, value in fields.items():
        if key not in {*own, *read, *bookkeeping} and value is not None:
            draft.keep(key, value, JUST_KEPT.format(key))


def _keep_usual(draft: Draft, fields: Mapping[str, Any]) -> None:
    """Take over id, tags and metadata."""
    draft.id = str(fields.get("id") or "")
    tags = fields.get("tags")
    split = (
        [one.strip() for one in tags.split(";")] if isinstance(tags, str) else [str(one) for one in as_list(tags) or ()]
    )
    draft.tags += [one for one in split if one and one not in draft.tags]
    metadata = fields.get("metadata")
    if isinstance(as_object(metadata), dict):
        draft.metadata.update(as_object(metadata) or {})
    elif metadata is not None:
        draft.keep("metadata", metadata)


_READERS: Mapping[str, Callable[[Draft, Mapping[str, Any], Field, Keys], None]] = {
    "scenarios": _scenario,
    "table": _table,
    "openai": _openai,
    "langsmith": _langsmith,
    "braintrust": _braintrust,
}
