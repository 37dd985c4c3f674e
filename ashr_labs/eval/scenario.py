"""A typed, validated view of a dataset: what it demands of the agent, action by action."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from .._json import as_object, preview
from ..errors import DatasetError
from .tool_calls import Call, ShapeError, object_of, read_calls

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Action",
    "AgentAction",
    "EnvironmentAction",
    "Scenario",
    "UserAction",
    "is_without_actions",
    "read_scenario",
    "scenario_items",
]


class UserAction(NamedTuple):
    """Somebody speaks to the agent."""

    action_index: int
    raw: dict[str, Any]
    """The action as the dataset has it."""
    message: str
    description: str


class AgentAction(NamedTuple):
    """The agent is expected to have said and called something."""

    action_index: int
    raw: dict[str, Any]
    text: str
    calls: tuple[Call, ...]
    is_last: bool
    """False when the next action, too, expects something of the same answer."""


class EnvironmentAction(NamedTuple):
    """Something happens around the agent."""

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
        """Where it stands in the dataset."""
        return f"runs.{self.id}"

    def path_of(self, action: Action) -> str:
        """Return where one of its actions stands in the dataset."""
        return f"{self.path}.actions[{action.action_index}]"


def scenario_items(dataset_source: object) -> list[tuple[str, object]]:
    """Return the scenarios that have actions, unread, with their ids.

    Raises:
        DatasetError: The dataset as a whole cannot be run.
    """
    source = as_object(dataset_source)
    if source is None:
        raise DatasetError(f"must be an object with `runs`, not {preview(dataset_source)}", path="dataset_source")
    if "runs" not in source:
        raise DatasetError(f"is missing; the dataset has {preview(list(source))}", path="runs")
    runs = as_object(source["runs"])
    if runs is None:
        raise DatasetError(f"must be an object of scenarios by their ids, not {preview(source['runs'])}", path="runs")
    return [(scenario_id, raw) for scenario_id, raw in runs.items() if not is_without_actions(raw)]


def read_scenario(scenario_id: str, raw: object) -> Scenario:
    """Return the typed view of one scenario.

    Raises:
        DatasetError: It does not have the documented shape; the error's path says where.
    """
    try:
        return Scenario(scenario_id, tuple(_read_actions(raw)))
    except ShapeError as error:
        raise DatasetError(error.problem, path=f"runs.{scenario_id}{error.at}") from error


def is_without_actions(raw: object) -> bool:
    """Tell whether a scenario is one that is not played."""
    # An empty list is a scenario that is still to be written; no list at all is a mistake that must be seen.
    return isinstance(raw, dict) and cast("dict[str, Any]", raw).get("actions") == []


def _read_actions(raw: object) -> Iterator[Action]:
    actions: object = object_of(raw).get("actions")
    if not isinstance(actions, list):
        raise ShapeError(f"must be a list, not {preview(actions)}", at=".actions")
    actions = cast("list[object]", actions)
    for index, (action, following) in enumerate(zip_longest(actions, actions[1:])):
        try:
            yield _read_action(index, action, following)
        except ShapeError as error:
            raise error.below(f".actions[{index}]") from error


def _read_action(index: int, raw: object, following: object) -> Action:
    fields = object_of(raw)
    actor, content = fields.get("actor"), fields.get("content", "")
    if not isinstance(actor, str) or not actor:
        raise ShapeError(f"must say who acts, such as 'user' or 'agent', not {preview(actor)}", at=".actor")
    if not isinstance(content, str):
        raise ShapeError(f"must be a string, not {preview(content)}", at=".content")
    if actor == "agent":
        return AgentAction(index, fields, content, _expected_calls(fields), is_last=not _is_agent_action(following))
    if actor == "environment":
        return EnvironmentAction(index, fields, content)
    name = fields.get("name", f"user_action_{index}")
    if not isinstance(name, str):
        raise ShapeError(f"must be a string, not {preview(name)}", at=".name")
    return UserAction(index, fields, content, name)


def _is_agent_action(raw: object) -> bool:
    return isinstance(raw, dict) and cast("dict[str, Any]", raw).get("actor") == "agent"


def _expected_calls(action: dict[str, Any]) -> tuple[Call, ...]:
    if "expected_response" not in action:
        return ()
    at = ".expected_response"
    try:
        response = object_of(action["expected_response"])
        at = ".expected_response.tool_calls"
        return read_calls(response.get("tool_calls", ()), keep_extra=True)
    except ShapeError as error:
        raise error.below(at) from error
