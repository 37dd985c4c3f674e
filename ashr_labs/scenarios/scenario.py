"""Typed, validated scenarios of a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .._format import missing_key, suggestion
from .._json import as_list, is_object, preview
from ..errors import DatasetError
from .message import Message
from .tool_calls import CallRecord, ShapeError, read_expected_calls

if TYPE_CHECKING:
    from collections.abc import Sequence

_SCENARIO_KEYS = frozenset(
    ("actions", "title", "description", "tags", "metadata", "id", "name", "checks", "expected_state", "invariants")
)
_ACTION_KEYS = frozenset(("actor", "content", "name", "description", "parts", "metadata", "id"))
_AGENT_ACTION_KEYS = _ACTION_KEYS | {"expected_response", "checks"}
_RESPONSE_KEYS = frozenset(("tool_calls", "text", "metadata"))
_OTHER_SPELLINGS = {
    "role": "actor",
    "type": "actor",
    "text": "content",
    "message": "content",
    "expected": "content",
    "expected_text": "content",
    "expected_output": "content",
    "tool_calls": "expected_response.tool_calls",
    "expected_tool_calls": "expected_response.tool_calls",
    "expected_tools": "expected_response.tool_calls",
    "response": "expected_response",
}
"""Keys of an action in the formats of other tools."""

_SOURCE_KEYS = ("runs", "dataset_type", "name", "description", "metadata", "tags", "title")
"""Keys of a dataset; platforms add others, so only misspelt ones are refused."""

_AGENT_ACTORS = frozenset(("agent", "assistant", "ai", "bot", "model"))
_ACTORS = ("user", "agent", "assistant", "environment")
"""Any other name is that of a speaker, unless it is a misspelt one of these."""

_SYSTEM = "what the agent is instructed belongs to the agent; keep it in the scenario's 'metadata'"
_TOOL = "a tool's result belongs to its call as 'result', and an event to the actor 'environment'"
_REFUSED_ACTORS = {
    "system": _SYSTEM,
    "developer": _SYSTEM,
    "tool": _TOOL,
    "function": _TOOL,
    "env": "use 'environment'",
}
"""Roles of other formats that do not speak to the agent."""

_TEXT_KEYS = ("title", "description")
_OUTCOME_KEYS = ("expected_state", "invariants")

__all__ = [
    "Action",
    "AgentAction",
    "EnvironmentAction",
    "Scenario",
    "UserAction",
    "has_checks",
    "has_outcome",
    "is_without_actions",
    "read_scenario",
    "refuse_misspelt_keys",
    "scenario_items",
    "tags_of",
]


class UserAction(NamedTuple):
    """A message to the agent."""

    action_index: int
    raw: dict[str, Any]
    """The action in the dataset."""
    message: str
    description: str


class AgentAction(NamedTuple):
    """The text and the tool calls that are expected of the agent's reply."""

    action_index: int
    raw: dict[str, Any]
    text: str
    calls: tuple[CallRecord, ...]
    is_last: bool
    """False if the next action refers to the same reply."""


class EnvironmentAction(NamedTuple):
    """An event in the environment of the agent."""

    action_index: int
    raw: dict[str, Any]
    content: str


Action: TypeAlias = UserAction | AgentAction | EnvironmentAction


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scripted conversation."""

    id: str
    actions: tuple[Action, ...]

    @property
    def path(self) -> str:
        """Its path in the dataset."""
        return f"runs.{self.id}"

    @property
    def expects_no_calls(self) -> bool:
        """Whether it expects nothing but that no tool is called, by an empty list of `tool_calls`."""
        expected = [action for action in self.actions if isinstance(action, AgentAction)]
        if any(action.text or action.calls for action in expected):
            return False
        return any("tool_calls" in (action.raw.get("expected_response") or {}) for action in expected)

    def path_of(self, action: Action) -> str:
        """Return the path of an action."""
        return f"{self.path}.actions[{action.action_index}]"


def scenario_items(dataset_source: object) -> list[tuple[str, object]]:
    """Return the scenarios that have actions, not yet parsed, with their ids.

    Raises:
        DatasetError: The dataset as a whole cannot be run.
    """
    source: Any = dataset_source
    if not isinstance(dataset_source, Mapping):
        raise DatasetError(f"must be an object with `runs`, got {preview(dataset_source)}", path="dataset_source")
    if "runs" not in source:
        hint = missing_key("runs", source) or missing_key("dataset_source", source)
        raise DatasetError(f"is missing; the dataset has {preview(list(source))}{hint}", path="runs")
    refuse_misspelt_keys(source, _SOURCE_KEYS)
    runs: Any = source["runs"]
    if not isinstance(source["runs"], Mapping):
        raise DatasetError(f"must be an object of scenarios by their ids, got {preview(runs)}", path="runs")
    return [(scenario_id, raw) for scenario_id, raw in runs.items() if not is_without_actions(raw)]


def refuse_misspelt_keys(source: Mapping[str, Any], known: Sequence[str]) -> None:
    """Raise DatasetError if a key of a dataset is a misspelt one of the known ones."""
    for key in source:
        if key not in known and (meant := suggestion(key, known, only_misspelt=True)):
            raise DatasetError(f"must not be a key of a dataset{meant}", path=key)


def read_scenario(scenario_id: str, raw: object) -> Scenario:
    """Parse one scenario.

    Raises:
        DatasetError: It is malformed; the error has the path of the wrong part.
    """
    try:
        return Scenario(scenario_id, _read_actions(raw))
    except ShapeError as error:
        raise DatasetError(error.problem, path=f"runs.{scenario_id}{error.at}") from error


def is_without_actions(raw: object) -> bool:
    """Return True if a scenario is skipped."""
    # An empty list is a scenario to be written later; a missing list is a mistake.
    fields: Any = raw
    return isinstance(raw, dict) and fields.get("actions") == []


def has_checks(raw: object) -> bool:
    """Return True if a scenario, or one of its actions, has checks."""
    fields: Any = raw
    if not isinstance(raw, dict):
        return False
    actions: Any = as_list(fields.get("actions")) or ()
    # A list: a generator would take four times as long, for every scenario.
    return "checks" in fields or any(["checks" in action for action in actions if isinstance(action, dict)])  # noqa: C419


def has_outcome(raw: object) -> bool:
    """Return True if a scenario says what its agent must leave behind."""
    fields: Any = raw
    return isinstance(raw, dict) and ("expected_state" in fields or "invariants" in fields)


def tags_of(raw: object) -> tuple[str, ...]:
    """Return the tags of a scenario that is not parsed yet."""
    fields: Any = raw
    tags: Any = fields.get("tags") if isinstance(raw, dict) else None
    given: object = tags
    if not isinstance(given, (list, tuple)):
        return ()
    return tuple([tag for tag in tags if isinstance(tag, str)])


def _read_actions(raw: object) -> tuple[Action, ...]:
    fields = _object(raw)
    if not _SCENARIO_KEYS.issuperset(fields):
        _refuse_unknown_keys(fields, _SCENARIO_KEYS, "a scenario", {})
    if len(fields) > 1:
        _check_description(fields)
    actions: Any = fields.get("actions")
    given: object = actions
    if not isinstance(given, list):
        raise ShapeError(f"must be a list, got {preview(actions)}", at=".actions")
    read: list[Action] = []
    try:
        for action, following in zip(actions, [*actions, None][1:], strict=True):
            read.append(_read_action(len(read), action, following))
    except ShapeError as error:
        raise error.below(f".actions[{len(read)}]") from error
    return tuple(read)


def _check_description(fields: dict[str, Any]) -> None:
    """Check what describes a scenario; null counts as absent."""
    for key in _TEXT_KEYS:
        if (text := fields.get(key)) is not None and not isinstance(text, str):
            raise ShapeError(f"must be a string, got {preview(text)}", at=f".{key}")
    if (tags := fields.get("tags")) is not None:
        listed = as_list(tags)
        if listed is None or not all(isinstance(tag, str) for tag in listed):
            raise ShapeError(f"must be a list of strings, got {preview(tags)}", at=".tags")
    _check_metadata(fields)
    for key in _OUTCOME_KEYS:
        if (given := fields.get(key)) is not None and not is_object(given):
            raise ShapeError(f"must be an object, got {preview(given)}", at=f".{key}")


def _check_metadata(fields: dict[str, Any]) -> None:
    if (metadata := fields.get("metadata")) is not None and not is_object(metadata):
        raise ShapeError(f"must be an object, got {preview(metadata)}", at=".metadata")


def _read_action(index: int, raw: object, following: object) -> Action:
    fields = _object(raw)
    actor, content = fields.get("actor"), fields.get("content", "")
    if not isinstance(actor, str) or not actor:
        hint = missing_key("actor", fields) if "actor" not in fields else ""
        raise ShapeError(f"must be a string such as 'user' or 'agent', got {preview(actor)}{hint}", at=".actor")
    if not isinstance(content, str):
        raise ShapeError(f"must be a string, got {preview(content)}", at=".content")
    if "metadata" in fields:
        _check_metadata(fields)
    if actor in _AGENT_ACTORS:
        if not _AGENT_ACTION_KEYS.issuperset(fields):
            _refuse_unknown_keys(fields, _AGENT_ACTION_KEYS, "an action", _OTHER_SPELLINGS)
        text, calls = _expected(fields, content)
        return AgentAction(index, fields, text, calls, is_last=not _is_agent_action(following))
    return _message(index, fields, actor, content)


def _message(index: int, fields: dict[str, Any], actor: str, content: str) -> Action:
    """Read an action of the environment or of a speaker."""
    if not _ACTION_KEYS.issuperset(fields):
        _refuse_unknown_keys(fields, _ACTION_KEYS, f"an action of {actor!r}", _OTHER_SPELLINGS)
    if actor == "environment":
        return EnvironmentAction(index, fields, content)
    if actor != "user":
        _check_speaker(actor)
    if "content" not in fields and "parts" not in fields:
        raise ShapeError(f"must be the message of {actor!r}, but is missing", at=".content")
    name = fields.get("name", f"user_action_{index}")
    if not isinstance(name, str):
        raise ShapeError(f"must be a string, got {preview(name)}", at=".name")
    return UserAction(index, fields, _with_media(content, fields["parts"]) if "parts" in fields else content, name)


def _check_speaker(actor: str) -> None:
    """Refuse an actor who does not speak to the agent."""
    advice = _REFUSED_ACTORS.get(actor.lower(), "")
    advice = f"; {advice}" if advice else suggestion(actor, (*_ACTORS, *_AGENT_ACTORS), only_misspelt=True)
    if advice:
        raise ShapeError(f"must be 'user', 'agent', 'environment' or a speaker, got {actor!r}{advice}", at=".actor")


def _with_media(content: str, parts: object) -> Message:
    listed = as_list(parts)
    if listed is None or not all(map(is_object, listed)):
        raise ShapeError(f"must be a list of objects, got {preview(parts)}", at=".parts")
    return Message(content, listed)


def _is_agent_action(raw: object) -> bool:
    fields: Any = raw
    return isinstance(raw, dict) and fields.get("actor") in _AGENT_ACTORS


def _expected(action: dict[str, Any], content: str) -> tuple[str, tuple[CallRecord, ...]]:
    """Return the expected text and tool calls; `content` takes precedence over the text of the response."""
    if "expected_response" not in action:
        return content, ()
    at = ".expected_response"
    try:
        response = _object(action["expected_response"])
        if not _RESPONSE_KEYS.issuperset(response):
            _refuse_unknown_keys(response, _RESPONSE_KEYS, "an expected response", {"content": "text"})
        text = content or _response_text(response)
        at = ".expected_response.tool_calls"
        return text, read_expected_calls(response.get("tool_calls", ()))
    except ShapeError as error:
        raise error.below(at) from error


def _response_text(response: dict[str, Any]) -> str:
    text = response.get("text")
    if text is not None and not isinstance(text, str):
        raise ShapeError(f"must be a string, got {preview(text)}", at=".text")
    return text or ""


def _refuse_unknown_keys(fields: dict[str, Any], known: frozenset[str], owner: str, others: Mapping[str, str]) -> None:
    """Raise ShapeError for the first unknown key: its value would be ignored."""
    key = next(key for key in fields if key not in known)
    meant = f"; did you mean {others[key]!r}?" if key in others else suggestion(key, known)
    advice = meant or "; other information belongs in 'metadata'"
    raise ShapeError(f"must not be a key of {owner}{advice}", at=f".{key}")


def _object(value: object) -> dict[str, Any]:
    if isinstance(value, dict):
        return value  # pyright: ignore[reportUnknownVariableType] - a call of cast() takes longer than the check
    raise ShapeError(f"must be an object, got {preview(value)}")
