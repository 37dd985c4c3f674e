"""The conversation of a scenario, as the writers of other formats need it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object
from ..tool_call import ShapeError, read_tool_call

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence

__all__ = ["ChatMessage", "Conversation", "ExpectedCall", "read_conversation"]


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """A tool call with its result, if the scenario has one."""

    id: str
    name: str
    arguments: Mapping[str, Any]
    result: object = None
    error: str | None = None

    @property
    def result_text(self) -> str | None:
        """The result or the error as text."""
        if self.error is not None:
            return self.error
        if self.result is None or isinstance(self.result, str):
            return self.result
        return json.dumps(self.result, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message of the user or an expected reply."""

    role: str
    """`user` or `assistant`."""
    text: str
    calls: Sequence[ExpectedCall] = ()
    parts: Sequence[Any] = ()
    """The parts of a message with media."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A scenario, read for export."""

    id: str
    title: str
    tags: Sequence[str]
    metadata: Mapping[str, Any]
    messages: Sequence[ChatMessage]
    system: str = ""

    @property
    def given(self) -> Sequence[ChatMessage]:
        """The messages up to the last one of the user."""
        return self.messages[: self._turn_end]

    @property
    def expected(self) -> Sequence[ChatMessage]:
        """The replies after the last message of the user."""
        return self.messages[self._turn_end :]

    @property
    def _turn_end(self) -> int:
        users = (number for number, message in enumerate(self.messages, 1) if message.role == "user")
        return max(users, default=0)

    @property
    def expected_text(self) -> str:
        """The text of the last replies."""
        return "\n".join(message.text for message in self.expected if message.text)

    @property
    def expected_calls(self) -> list[ExpectedCall]:
        """The tool calls of the last replies."""
        return [call for message in self.expected for call in message.calls]

    @property
    def question(self) -> str | None:
        """The user's message, if it is the only one and has no media."""
        return self.given[0].text if len(self.given) == 1 and not self.given[0].parts and not self.system else None


def read_conversation(scenario_id: str, raw: object, notes: Counter[str]) -> Conversation:
    """Return the conversation of a scenario; parts that no format can represent are counted in `notes`."""
    scenario = as_object(raw) or {}
    metadata = dict(as_object(scenario.get("metadata")) or {})
    system = metadata.pop("system", "")
    messages: list[ChatMessage] = []
    for number, action in enumerate(map(as_object, as_list(scenario.get("actions")) or ())):
        fields = action or {}
        text = str(fields.get("content") or "")
        match fields.get("actor"):
            case "agent" | "assistant":
                response = as_object(fields.get("expected_response")) or {}
                calls = [_call(call, f"call_{number}_{place}") for place, call in enumerate(_listed(response))]
                messages.append(ChatMessage("assistant", text, [call for call in calls if call is not None]))
            case "environment":
                notes["actions of the environment: left out"] += 1
            case _:
                messages.append(ChatMessage("user", text, (), as_list(fields.get("parts")) or ()))
    return Conversation(
        scenario_id,
        str(scenario.get("title") or ""),
        [str(tag) for tag in as_list(scenario.get("tags")) or ()],
        metadata,
        messages,
        system if isinstance(system, str) else "",
    )


def _listed(response: Mapping[str, Any]) -> Sequence[Any]:
    return as_list(response.get("tool_calls")) or ()


def _call(raw: object, call_id: str) -> ExpectedCall | None:
    try:
        call = read_tool_call(raw)
    except ShapeError:
        return None
    fields = as_object(raw) or {}
    return ExpectedCall(call_id, call.name, call.arguments, fields.get("result"), call.error)
