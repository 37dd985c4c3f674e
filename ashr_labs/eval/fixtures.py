"""The states that a dataset expects: its expected tool calls, carried out in a fixture such as a database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from .._json import as_json
from ..errors import DatasetError
from ..scenarios.scenario import AgentAction, read_scenario, scenario_items

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Fixture", "expected_states"]

_FAILED = frozenset(("error", "is_error"))


class Fixture(Protocol):
    """The data that tools work on, in its first state, such as a new database."""

    def call(self, name: str, arguments: dict[str, Any]) -> object:
        """Carry out a call of a tool; raise if that is not possible."""
        ...

    def state(self) -> Mapping[str, Any]:
        """Return the state, as an agent returns it in its replies."""
        ...


def expected_states(dataset_source: Mapping[str, Any], open_fixture: Callable[[], Fixture]) -> dict[str, Any]:
    """Return a dataset in which each scenario expects the state that its expected tool calls lead to.

    Then agents may find other ways to the same outcome. Scenarios that have an `expected_state` keep it. Expected
    calls that are recorded with an error are left out.

    Args:
        dataset_source: The dataset, which is not changed.
        open_fixture: Returns a new fixture, for each scenario. If it has `close()`, that is called at the end.

    Raises:
        DatasetError: A scenario is malformed, or an expected call fails; the message has its path and the error.

    Examples:
        >>> class Counter:
        ...     def __init__(self): self.count = 0
        ...     def call(self, name, arguments): self.count += arguments["by"]
        ...     def state(self): return {"count": self.count}
        >>> call = {"name": "add", "arguments": {"by": 2}}
        >>> agent = {"actor": "agent", "expected_response": {"tool_calls": [call]}}
        >>> runs = {"twice": {"actions": [{"actor": "user", "content": "Add 4"}, agent, agent]}}
        >>> expected_states({"runs": runs}, Counter)["runs"]["twice"]["expected_state"]
        {'count': 4}
    """
    runs: dict[str, Any] = dict(dataset_source.get("runs", {}))
    for scenario_id, raw in scenario_items(dataset_source):
        scenario = read_scenario(scenario_id, raw)
        given: dict[str, Any] = dict(runs[scenario_id])
        if "expected_state" not in given:
            actions = [action for action in scenario.actions if isinstance(action, AgentAction)]
            state = _state_after(actions, open_fixture(), scenario.path)
            runs[scenario_id] = {**given, "expected_state": state}
    return {**dataset_source, "runs": runs}


def _state_after(actions: list[AgentAction], fixture: Fixture, path: str) -> dict[str, Any]:
    try:
        for action in actions:
            _make_calls(action, fixture, f"{path}.actions[{action.action_index}].expected_response.tool_calls")
        return dict(as_json(dict(fixture.state())))
    finally:
        close = getattr(fixture, "close", None)
        if callable(close):
            close()


def _make_calls(action: AgentAction, fixture: Fixture, place: str) -> None:
    for call in action.calls:
        if not _FAILED.isdisjoint(call.extra or ()):
            continue
        try:
            fixture.call(call.name, json.loads(call.arguments_json))
        except Exception as error:  # code of the user
            reason = f"the call of {call.name!r} fails in the fixture: {type(error).__name__}: {error}"
            raise DatasetError(reason, path=place) from error
