"""Kind, input and output of a span, from its attributes and events. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from .._json import as_list, as_object, parsed_json
from .._serialize import MAX_CHARACTERS
from . import conventions as names
from .messages import one_or_all, unified

if TYPE_CHECKING:
    from .span import Event

__all__ = [
    "Attributes",
    "first",
    "first_chunk",
    "input_of",
    "is_content",
    "kind_of",
    "output_of",
    "remaining",
    "span_kind",
]

Attributes: TypeAlias = Mapping[str, Any]

_FALLBACK_INPUTS = ("traceloop.entity.input", "input.value", "ashr.input")
_FALLBACK_OUTPUTS = ("traceloop.entity.output", "output.value", "final_result", "ashr.output")
# `final_result` is Pydantic AI's, the last ones are those of forwarded traces.
_CHUNKS = {"First Token Stream Event", "gen_ai.content.completion.chunk", "llm.content.completion.chunk"}
"""Events at the chunks of a stream; the first one tells the time to it."""
_DETAILS = "gen_ai.client.inference.operation.details"
_LISTS = (*names.INPUT_LISTS, *names.OUTPUT_LISTS)
_TAKEN = {
    *names.INPUT_VALUES,
    *names.OUTPUT_VALUES,
    *_FALLBACK_INPUTS,
    *_FALLBACK_OUTPUTS,
    *names.USAGE,
    names.SYSTEM_INSTRUCTIONS,
    names.TAGS,
    names.CONVERSATION,
}
_NOT_OF_MESSAGES = {"gen_ai.system", "gen_ai.provider.name"}
_WRAPPERS = {"document", "message", "tool_call"}
"""Names that OpenInference puts around each item of a list."""
_MAX_PARTS = 12


def first(attributes: Attributes, candidates: Sequence[str]) -> Any:
    """Return the first attribute that is set, or None."""
    return next((attributes[name] for name in candidates if attributes.get(name) is not None), None)


def kind_of(attributes: Attributes) -> str:
    """Return `generation`, `tool` or `span`."""
    kind = first(attributes, names.KINDS)
    written = str(kind).lower()
    if written in names.TOOLS:
        return "tool"
    if written in names.GENERATIONS:
        return "generation"
    if kind is None and "tool_arguments" in attributes:  # of older versions of Pydantic AI
        return "tool"
    # Older instrumentations name the model, and no operation.
    return "generation" if kind is None and "gen_ai.request.model" in attributes else "span"


def span_kind(attributes: Attributes) -> str | None:
    """Return the specific kind of a span, such as `agent`, `chain` or `retriever`, or None."""
    return names.SPAN_KINDS.get(str(first(attributes, names.KINDS)).lower())


def input_of(attributes: Attributes, events: Sequence[Event]) -> Any:
    """Return the input of a span, preceded by the system instructions, or None if it is not recorded."""
    found = _from_attributes(attributes, names.INPUT_VALUES, names.INPUT_LISTS)
    if found is None:
        found = _from_events(events, names.INPUT_VALUES, names.INPUT_EVENTS)
    if found is None:
        found = _decoded(first(attributes, _FALLBACK_INPUTS))
    if found is None:
        found = _before_reply(_decoded(attributes.get(names.CONVERSATION)))
    system = _decoded(attributes.get(names.SYSTEM_INSTRUCTIONS))
    if system is not None:
        rest = [] if found is None else as_list(found) or [found]
        found = [{"role": "system", "parts": system}, *rest]
    return unified(found)


def output_of(attributes: Attributes, events: Sequence[Event]) -> Any:
    """Return the output of a span, or None if it is not recorded."""
    found = _from_attributes(attributes, names.OUTPUT_VALUES, names.OUTPUT_LISTS)
    if found is None:
        found = _from_events(events, names.OUTPUT_VALUES, names.OUTPUT_EVENTS)
    return one_or_all(unified(_decoded(first(attributes, _FALLBACK_OUTPUTS)) if found is None else found))


def first_chunk(events: Sequence[Event]) -> int | None:
    """Return the time of the first chunk of a stream, in nanoseconds since 1970, or None."""
    return min((event.time for event in events if event.name in _CHUNKS), default=None)


def is_content(event: Event) -> bool:
    """Return True if an event tells of the input or output."""
    known = {_DETAILS, *_CHUNKS, *names.INPUT_EVENTS, *names.OUTPUT_EVENTS}
    return event.name in known


def remaining(attributes: Attributes) -> dict[str, Any]:
    """Return the attributes that remain for the metadata."""
    return {
        name: value
        for name, value in attributes.items()
        if name not in _TAKEN and not name.startswith(names.DISPLAY) and not any(_is_item(name, one) for one in _LISTS)
    }


def _before_reply(conversation: Any) -> Any:
    """Return the messages of a conversation up to the first one of the model."""
    messages = as_list(conversation)
    if messages is None:
        return conversation
    replies = (index for index, one in enumerate(messages) if (as_object(one) or {}).get("role") == "assistant")
    return messages[: next(replies, None)]


def _from_attributes(attributes: Attributes, values: Sequence[str], lists: Sequence[str]) -> Any:
    found = _decoded(first(attributes, values))
    for prefix in lists:
        if found is None:
            found = _from_leaves(attributes, prefix)
    return found


def _from_events(events: Sequence[Event], values: Sequence[str], roles: Mapping[str, str]) -> Any:
    """Return the content of events: a single value, or one message per event."""
    messages: list[Any] = []
    for event in events:
        attributes = event.attributes
        role = roles.get(event.name)
        if role:
            content = {name: _decoded(value) for name, value in attributes.items() if name not in _NOT_OF_MESSAGES}
            messages.append({"role": role, **content})
        elif (role == "" or event.name == _DETAILS) and (whole := first(attributes, values)) is not None:
            return _decoded(whole)
    return messages or None


def _is_item(name: str, prefix: str) -> bool:
    # The reason why a reply ended is kept for the metadata.
    is_below = name.startswith(prefix) and name[len(prefix) : len(prefix) + 1] == "."
    return is_below and not name.endswith(".finish_reason")


def _from_leaves(attributes: Attributes, prefix: str) -> Sequence[Any] | None:
    """Assemble a list from one attribute per leaf, such as `gen_ai.prompt.0.content`."""
    tree: dict[str, Any] = {}
    for name, value in attributes.items():
        if _is_item(name, prefix):
            _insert(tree, name[len(prefix) + 1 :].split(".", _MAX_PARTS), value)
    return as_list(_as_lists(tree))


def _insert(tree: dict[str, Any], path: list[str], value: Any) -> None:
    *branches, leaf = path
    for part in branches:
        branch = tree.get(part)
        if not isinstance(branch, dict):  # missing, or a leaf
            branch = tree[part] = {} if branch is None else {"": branch}
        tree = cast("dict[str, Any]", branch)
    held = tree.get(leaf)
    if isinstance(held, dict):
        held[""] = value
    else:
        tree[leaf] = value


def _as_lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    branches = cast("dict[str, Any]", tree)
    if branches and all(part.isdecimal() for part in branches):
        return [_as_lists(branches[part]) for part in sorted(branches, key=lambda part: (len(part), part))]
    if len(branches) == 1 and (kind := next(iter(branches))) in _WRAPPERS:
        return _as_lists(branches[kind])
    return {part: _as_lists(branch) for part, branch in branches.items()}


def _decoded(value: Any) -> Any:
    """Parse a string that holds a JSON object or array; return anything else unchanged."""
    if isinstance(value, str) and value[:1] in {"{", "["} and len(value) <= MAX_CHARACTERS:
        return parsed_json(value)
    return value
