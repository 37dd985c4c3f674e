"""A trace that was recorded in production becomes a scenario."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, parsed_json
from ..errors import DatasetError
from .draft import LEFT_OUT, Draft, Field
from .messages import add_message, is_message, is_messages, role_of
from .values import add_expected, add_input

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["scenario_of_trace"]

_TOOL = "tool:"


def scenario_of_trace(trace: Mapping[str, Any]) -> tuple[str, dict[str, Any], Mapping[str, int]]:
    """Return the scenario that a trace shows: its id, the scenario, and what has no place in it, with how often.

    What users said is what the generations' inputs hold, each message once; a trace without such messages begins
    with the input of its first observation. What the agent is then expected to do are the tools that were called,
    each a span named `tool:NAME`, and the last text of the turn. A tool's result is kept beside its call.

    Args:
        trace: As `get_observability_trace()` returns it.

    Raises:
        DatasetError: It shows nothing that a user said.
    """
    reader = _Reader(trace)
    for observation in sorted(_observations(trace), key=lambda one: str(one.get("start_time") or "")):
        reader.read(observation)
    draft = reader.finished()
    identity = str(trace.get("id"))
    if not any(action["actor"] == "user" and action["content"] for action in draft.actions):
        raise DatasetError(
            "nothing that a user said: no generation has messages as its input, and the first observation has no "
            "input either",
            path=f"trace {identity}",
        )
    draft.title = str(trace.get("name") or "")
    draft.tags = [str(tag) for tag in as_list(trace.get("tags")) or ()]
    draft.keep("trace_id", identity)
    return f"trace_{identity[:12]}", draft.scenario(), draft.notes


class _Reader:
    """Goes through a trace's observations by their times, turn by turn."""

    def __init__(self, trace: Mapping[str, Any]) -> None:
        self._draft = Draft()
        self._field = Field(f"trace {trace.get('id')}")
        self._output = trace.get("output")
        self._heard = 0
        """Messages of users so far."""
        self._text = ""
        self._calls: list[dict[str, Any]] = []
        self._announced: list[str] = []
        """Calls that a model asked for, whose spans are still to come."""
        self._fallback: object = None

    def read(self, observation: Mapping[str, Any]) -> None:
        """Take an observation."""
        name = str(observation.get("name") or "")
        if self._fallback is None and not observation.get("parent_observation_id"):
            self._fallback = observation.get("input")
        if observation.get("type") == "generation":
            self._generation(observation)
        elif name.startswith(_TOOL):
            self._tool(name.removeprefix(_TOOL), observation)
        else:
            self._draft.note(LEFT_OUT.format(f"observations of the type {observation.get('type')} that are no tools"))

    def finished(self) -> Draft:
        """Return what the trace shows."""
        if not self._heard and self._fallback not in (None, ""):
            add_input(self._draft, self._fallback, self._field.key("input"))
        if isinstance(self._output, str) and self._output:
            self._text = self._output
        elif not self._text and self._output is not None:
            self._answer(self._output)
        self._end_turn()
        return self._draft

    def _generation(self, observation: Mapping[str, Any]) -> None:
        listed = _messages_in(observation.get("input"))
        said = [one for one in listed if role_of(one) == "user"]
        if len(said) > self._heard:
            if self._heard:  # what was called before anybody spoke is of the first turn
                self._end_turn()
            for message in said[self._heard :]:
                add_message(self._draft, message, self._field.key("input"))
            if not self._heard:
                for message in (one for one in listed if role_of(one) == "system"):
                    add_message(self._draft, message, self._field.key("input"))
            self._heard = len(said)
        self._answer(observation.get("output"))

    def _answer(self, output: object) -> None:
        """Take what a model answered: its text may be the turn's last, its calls are those of the spans to come."""
        aside = Draft()
        add_expected(aside, output, self._field.key("output"))
        self._draft.notes.update(aside.notes)
        if aside.notes:  # no message, such as a classification that is not for the user
            return
        for action in (one for one in aside.actions if one["actor"] == "agent"):
            self._text = action["content"] or self._text
            for call in action["expected_response"]["tool_calls"]:
                self._announced.append(call["name"])
                self._calls.append({key: call[key] for key in ("name", "arguments_json")})

    def _tool(self, name: str, observation: Mapping[str, Any]) -> None:
        call = self._call_of(name, observation)
        if observation.get("output") is not None:
            call["result"] = observation["output"]
        if observation.get("level") == "ERROR":
            call["error"] = observation.get("status_message") or True

    def _call_of(self, name: str, observation: Mapping[str, Any]) -> dict[str, Any]:
        """Return the call that a span is of: one that a model asked for, else a new one."""
        if name in self._announced:
            self._announced.remove(name)
            return next(one for one in self._calls if one["name"] == name and not {"result", "error"} & one.keys())
        given = observation.get("input")
        arguments = as_object(parsed_json(given) if isinstance(given, str) else given)
        if arguments is None and given not in (None, ""):
            self._draft.note("inputs of tools that are no object: the one argument `input` in its place")
            arguments = {"input": given}
        self._calls.append({"name": name, "arguments_json": json.dumps(arguments or {})})
        return self._calls[-1]

    def _end_turn(self) -> None:
        if self._text or self._calls:
            self._draft.agent_says(self._text, self._calls)
        self._text, self._calls, self._announced = "", [], []


def _observations(trace: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [fields for one in as_list(trace.get("observations")) or () if (fields := as_object(one)) is not None]


def _messages_in(value: object) -> Sequence[Any]:
    """Return the messages that a generation was given."""
    found = (as_object(value) or {}).get("messages", value)
    if is_message(found):
        return [found]
    return as_list(found) or () if is_messages(found) else ()
