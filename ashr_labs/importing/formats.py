"""Formats of records, and their detection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .._json import as_list, as_object, preview
from ..errors import DatasetError
from . import promptfoo, rows, trajectories
from .messages import add_messages, is_message
from .names import INPUT_KEYS, looks_expected
from .rows import Keys
from .scenario_draft import FieldPath, ScenarioDraft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .records import Record

__all__ = ["FORMATS", "Keys", "detected", "drafted", "expanded"]


class Format(NamedTuple):
    """A format of records."""

    matches: Callable[[Mapping[str, Any], Keys], bool]
    """Return True for a record of the format."""
    read: Callable[[ScenarioDraft, Mapping[str, Any], FieldPath, Keys], None]


def detected(fields: Mapping[str, Any], keys: Keys) -> str | None:
    """Return the format of a record, or None if it is unknown."""
    if keys.input is not None and keys.input in fields:
        return "table"
    return next((name for name, form in _FORMATS.items() if form.matches(fields, keys)), None)


def drafted(record: Record, form: str, keys: Keys) -> ScenarioDraft:
    """Return the scenario of a record.

    Raises:
        DatasetError: The record does not have the shape of its format.
    """
    draft = ScenarioDraft()
    field = FieldPath(record.place)
    _FORMATS[form].read(draft, record.fields, field, keys)
    if not draft.expects_something and (found := [key for key in draft.unread if looks_expected(key)]):
        draft.not_understood(
            field.key(found[0]),
            f"looks like the expectation, but the format {form!r} does not read it; name its key (expected_key=, "
            "--expected-key), or store the scenario without it (keep_unknown=, --keep-unknown)",
        )
    return draft


def expanded(records: Iterable[Record | DatasetError]) -> Iterator[Record | DatasetError]:
    """Yield one record for each scenario, where files have several in one record, or one in several."""
    spans: list[Record] = []
    for record in records:
        if isinstance(record, DatasetError):
            yield record
            continue
        fields = record.fields
        if promptfoo.is_config(fields):
            yield from promptfoo.tests_of(record)
        elif trajectories.is_otlp(fields):
            spans.append(record)
        else:
            yield record
    yield from trajectories.traces_of(spans)


def _read_scenario(draft: ScenarioDraft, fields: Mapping[str, Any], field: FieldPath, _keys: Keys) -> None:
    actions = as_list(fields.get("actions"))
    if actions is None:
        raise field.key("actions").fault(f"must be a list, got {preview(fields.get('actions'))}")
    draft.whole = {key: value for key, value in fields.items() if key != "id"}
    objects = (as_object(action) or {} for action in actions)
    draft.actions = [{"actor": str(one.get("actor")), "content": str(one.get("content", ""))} for one in objects]
    draft.id = str(fields.get("id") or "")


def _read_chat(key: str, name: str) -> Callable[[ScenarioDraft, Mapping[str, Any], FieldPath, Keys], None]:
    """Return a reader of records whose conversation is in one field."""

    def read(draft: ScenarioDraft, fields: Mapping[str, Any], field: FieldPath, _keys: Keys) -> None:
        if key not in fields:
            raise field.key(key).fault(f"is missing; the keys are {', '.join(fields)}")
        add_messages(draft, fields[key], field.key(key))
        rows.keep_rest(draft, fields, rows.BOOKKEEPING[name], name, read=(key,))

    return read


def _read_trace(draft: ScenarioDraft, fields: Mapping[str, Any], field: FieldPath, _keys: Keys) -> None:
    trajectories.add_trace(draft, fields, field)


def _has_any(*keys: str) -> Callable[[Mapping[str, Any], Keys], bool]:
    return lambda fields, _: not fields.keys().isdisjoint(keys)


def _has_all(*keys: str) -> Callable[[Mapping[str, Any], Keys], bool]:
    return lambda fields, _: all(key in fields for key in keys)


def _is_conversation(key: str) -> Callable[[Mapping[str, Any], Keys], bool]:
    return lambda fields, _: is_message(next(iter(as_list(fields.get(key)) or ()), None))


def _is_chat(fields: Mapping[str, Any], _keys: Keys) -> bool:
    return "messages" in fields and "inputs" not in fields


def _is_atif(fields: Mapping[str, Any], _keys: Keys) -> bool:
    return str(fields.get("schema_version", "")).startswith("ATIF") and "steps" in fields


def _is_deepeval(fields: Mapping[str, Any], keys: Keys) -> bool:
    own = ("actual_output", "retrieval_context", "expected_tools", "tools_called", "source_file", "expected_outcome")
    return _is_conversation("turns")(fields, keys) or ("input" in fields and _has_any(*own)(fields, keys))


def _is_ragas(fields: Mapping[str, Any], keys: Keys) -> bool:
    own = ("retrieved_contexts", "reference_contexts", "reference_tool_calls", "reference", "response", "rubrics")
    legacy = "question" in fields and _has_any("ground_truth", "ground_truths")(fields, keys)
    return ("user_input" in fields and _has_any(*own)(fields, keys)) or legacy


def _is_braintrust(fields: Mapping[str, Any], keys: Keys) -> bool:
    return "input" in fields and _has_any("_xact_id", "root_span_id", "span_id", "project_id")(fields, keys)


def _is_langfuse(fields: Mapping[str, Any], keys: Keys) -> bool:
    return "input" in fields and _has_any("dataset_name", "source_trace_id", "source_observation_id")(fields, keys)


def _is_table(fields: Mapping[str, Any], keys: Keys) -> bool:
    return keys.input in fields or not set(INPUT_KEYS).isdisjoint(fields)


_FORMATS: Final[Mapping[str, Format]] = {
    "scenarios": Format(_has_any("actions"), _read_scenario),
    "atif": Format(_is_atif, trajectories.read_atif),
    "otlp": Format(_has_any("resource_spans", "otlp_spans"), trajectories.read_otlp),
    "traces": Format(_has_any("observations"), _read_trace),
    "promptfoo": Format(promptfoo.is_test, promptfoo.read_test),
    "deepeval": Format(_is_deepeval, rows.read_deepeval),
    "sharegpt": Format(_is_conversation("conversations"), _read_chat("conversations", "sharegpt")),
    "inspect": Format(_has_all("input", "target"), rows.read_inspect),
    "gemini": Format(_is_conversation("contents"), _read_chat("contents", "gemini")),
    "openai": Format(_is_chat, _read_chat("messages", "openai")),
    "openai-evals": Format(_has_all("input", "ideal"), rows.reader("openai-evals")),
    "langsmith": Format(rows.is_langsmith, rows.read_langsmith),
    "braintrust": Format(_is_braintrust, rows.reader("braintrust")),
    "langfuse": Format(_is_langfuse, rows.reader("langfuse")),
    "ragas": Format(_is_ragas, rows.reader("ragas")),
    "table": Format(_is_table, rows.reader("table")),
}
FORMATS: Final = tuple(_FORMATS)
"""Formats of records, in the order in which they are detected."""
