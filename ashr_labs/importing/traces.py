"""Recorded traces as scenarios."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, parsed_json
from ..errors import DatasetError
from .messages import add_message, is_message, is_messages, role_of
from .names import snake_case
from .scenario_draft import LEFT_OUT, FieldPath, ScenarioDraft
from .values import add_expected, add_input

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["scenario_of_trace"]

_TOOL = "tool:"


def scenario_of_trace(trace: Mapping[str, Any]) -> tuple[str, dict[str, Any], Mapping[str, int]]:
    """Return the id and the scenario of a trace, and counts of the parts that a scenario cannot represent.

    The user messages are those in the inputs of generations, each once; without any, the input of the first
    observation. Expected are the tools that were called, each a span named `tool:NAME` with its result, and the last
    text of each turn.

    Args:
        trace: As returned by `get_observability_trace()`.

    Raises:
        DatasetError: The trace has no user message.
    """
    reader = _TraceReader(trace)
    for observation in sorted(_observations(trace), key=lambda one: str(one.get("start_time") or "")):
        reader.read(observation)
    draft = reader.finished()
    identity = str(trace.get("id"))
    if not any(action["actor"] == "user" and action["content"] for action in draft.actions):
        raise DatasetError(
            "no user message: no generation has messages as its input, and the first observation has no input",
            path=f"trace {identity}",
        )
    draft.title = str(trace.get("name") or "")
    draft.tags = [str(tag) for tag in as_list(trace.get("tags")) or ()]
    draft.keep("trace_id", identity)
    return f"trace_{identity[:12]}", draft.scenario(), draft.notes


class _TraceReader:
    """Reads the observations of a trace in the order of their times, turn by turn."""

    def __init__(self, trace: Mapping[str, Any]) -> None:
        self._draft = ScenarioDraft()
        self._field = FieldPath(f"trace {trace.get('id')}")
        self._output = trace.get("output")
        self._user_messages = 0
        """Number of user messages so far."""
        self._text = ""
        self._calls: list[dict[str, Any]] = []
        self._requested: list[str] = []
        """Names of calls requested by a model whose spans have not been read."""
        self._fallback: object = trace.get("input")

    def read(self, observation: Mapping[str, Any]) -> None:
        """Read one observation."""
        name = str(observation.get("name") or "")
        if self._fallback is None and not observation.get("parent_observation_id"):
            self._fallback = observation.get("input")
        kind = str(observation.get("type") or "").lower()
        if kind == "generation":
            self._generation(observation)
        elif name.startswith(_TOOL) or kind == "tool":
            self._tool(name.removeprefix(_TOOL), observation)
        else:
            self._draft.note(LEFT_OUT.format(f"observations of the type {kind} that are not tools"))

    def finished(self) -> ScenarioDraft:
        """Return the scenario after the last observation."""
        if not self._user_messages and self._fallback not in (None, ""):
            add_input(self._draft, self._fallback, self._field.key("input"))
        if isinstance(self._output, str) and self._output:
            self._text = self._output
        elif not self._text and self._output is not None:
            self._reply(self._output)
        self._end_turn()
        return self._draft

    def _generation(self, observation: Mapping[str, Any]) -> None:
        listed = _messages_in(observation.get("input"))
        said = [one for one in listed if role_of(one) == "user"]
        if len(said) > self._user_messages:
            if self._user_messages:  # calls before the first user message belong to the first turn
                self._end_turn()
            for message in said[self._user_messages :]:
                add_message(self._draft, message, self._field.key("input"))
            if not self._user_messages:
                for message in (one for one in listed if role_of(one) == "system"):
                    add_message(self._draft, message, self._field.key("input"))
            self._user_messages = len(said)
        self._reply(observation.get("output"))

    def _reply(self, output: object) -> None:
        """Take over a model's reply: its text may be the last of the turn, its calls are those of spans to come."""
        separate = ScenarioDraft()
        add_expected(separate, output, self._field.key("output"))
        self._draft.notes.update(separate.notes)
        if separate.notes:  # not a message, such as a classification that is not for the user
            return
        for action in (one for one in separate.actions if one["actor"] == "agent"):
            self._text = action["content"] or self._text
            for call in action["expected_response"]["tool_calls"]:
                self._requested.append(call["name"])
                self._calls.append({key: call[key] for key in ("name", "arguments_json")})

    def _tool(self, name: str, observation: Mapping[str, Any]) -> None:
        call = self._call_of(name, observation)
        if observation.get("output") is not None:
            call["result"] = observation["output"]
        if observation.get("level") == "ERROR":
            call["error"] = str(observation.get("status_message") or "the call failed")

    def _call_of(self, name: str, observation: Mapping[str, Any]) -> dict[str, Any]:
        """Return the call of a span: one that a model requested, or a new one."""
        if name in self._requested:
            self._requested.remove(name)
            return next(one for one in self._calls if one["name"] == name and not {"result", "error"} & one.keys())
        given = observation.get("input")
        arguments = as_object(parsed_json(given) if isinstance(given, str) else given)
        if arguments is None and given not in (None, ""):
            self._draft.note("inputs of tools that are not objects: replaced by one argument `input`")
            arguments = {"input": given}
        self._calls.append({"name": name, "arguments_json": json.dumps(arguments or {})})
        return self._calls[-1]

    def _end_turn(self) -> None:
        if self._text or self._calls:
            self._draft.add_agent(self._text, self._calls)
        self._text, self._calls, self._requested = "", [], []


def _observations(trace: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the observations with names in snake case; those of Langfuse are in camel case."""
    listed = as_list(trace.get("observations")) or ()
    return [
        {snake_case(key): value for key, value in fields.items()}
        for one in listed
        if (fields := as_object(one)) is not None
    ]


def _messages_in(value: object) -> Sequence[Any]:
    """Return the messages in the input of a generation."""
    found = (as_object(value) or {}).get("messages", value)
    if is_message(found):
        return [found]
    return as_list(found) or () if is_messages(found) else ()
