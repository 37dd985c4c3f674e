"""The reply of a language model, whole or accumulated from the chunks of a stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from .._json import parsed_json
from .._serialize import Growing, to_json
from .._unset import UNSET

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .._serialize import JSON

__all__ = ["Choice", "Reply", "ToolCall"]


_INDEX: Final = itemgetter(0)


@dataclass(slots=True)
class ToolCall:
    """A call of a tool that the model asks for."""

    id: str | None = None
    name: str = ""
    arguments: Any = ""
    """JSON text, which streams extend, or an object."""

    def as_dict(self) -> dict[str, Any]:
        """Return the call with its arguments as an object, or as text if they are not JSON."""
        given = self.arguments
        return {
            **({} if self.id is None else {"id": self.id}),
            "name": self.name,
            "arguments": parsed_json(given) if isinstance(given, str) and given else given or {},
        }


@dataclass(slots=True)
class Choice:
    """One of the messages of a reply."""

    texts: list[str] = field(default_factory=list[str])
    reasoning: list[str] = field(default_factory=list[str])
    refusals: list[str] = field(default_factory=list[str])
    calls: dict[Hashable, ToolCall] = field(default_factory=dict["Hashable", ToolCall])
    """By an index or id that the chunks of a stream repeat."""
    others: list[Any] = field(default_factory=list[Any])
    """Content of other kinds, such as images and searches."""
    finish_reason: str | None = None

    def call(self, key: Hashable) -> ToolCall:
        """Return the tool call of a key, which is made if it is new."""
        found = self.calls.get(key)
        if found is None:
            found = self.calls[key] = ToolCall()
        return found

    @property
    def is_empty(self) -> bool:
        """Whether there is no content."""
        return not (self.texts or self.reasoning or self.refusals or self.calls or self.others)

    @property
    def size(self) -> int:
        """The bytes of memory that the content takes, roughly."""
        arguments = [one.arguments for one in self.calls.values() if isinstance(one.arguments, str)]
        return 100 + sum(map(len, (*self.texts, *self.reasoning, *arguments)))

    def message(self) -> dict[str, Any]:
        """Return the message: `content`, and what else there is."""
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self.texts)}
        if self.reasoning:
            message["reasoning"] = "".join(self.reasoning)
        if self.refusals:
            message["refusal"] = "".join(self.refusals)
        if self.calls:
            message["tool_calls"] = [one.as_dict() for one in self.calls.values()]
        if self.others:
            message["other_content"] = self.others
        return message


@dataclass(slots=True, eq=False)
class Reply(Growing):
    """A reply, as far as it is known."""

    choices: dict[int, Choice] = field(default_factory=dict[int, Choice])
    result: Any = UNSET
    """The output of a call that returns no messages, such as embeddings."""
    model: str | None = None
    identifier: str | None = None
    usage: Any = None
    """As the provider has it."""

    def choice(self, index: int = 0) -> Choice:
        """Return the choice of an index, which is made if it is new."""
        found = self.choices.get(index)
        if found is None:
            found = self.choices[index] = Choice()
        return found

    @property
    def is_empty(self) -> bool:
        """Whether there is no content."""
        return self.result is UNSET and all(one.is_empty for one in self.choices.values())

    @property
    def has_output(self) -> bool:
        """Whether there is a message, perhaps an empty one, or a result."""
        return self.result is not UNSET or bool(self.choices)

    def output(self) -> Any:
        """Return the message, or the list of the messages of several choices; UNSET if there is none."""
        if self.result is not UNSET or not self.choices:
            return self.result
        messages = [choice.message() for _, choice in sorted(self.choices.items(), key=_INDEX)]
        return messages[0] if len(messages) == 1 else messages

    def facts(self) -> dict[str, Any]:
        """Return the attributes of the response, by the GenAI conventions of OpenTelemetry."""
        reasons = [one.finish_reason for one in list(self.choices.values()) if one.finish_reason]
        found = {
            "gen_ai.response.model": self.model,
            "gen_ai.response.id": self.identifier,
            "gen_ai.response.finish_reasons": reasons or None,
        }
        return {name: value for name, value in found.items() if value is not None}

    @property
    def size(self) -> int:
        """The bytes of memory that the content takes, roughly."""
        return sum(one.size for one in self.choices.values())

    def to_json(self) -> JSON:
        """Return a copy of the output so far."""
        output = self.output()
        return None if output is UNSET else to_json(output)
