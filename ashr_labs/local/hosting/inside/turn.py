"""A turn: the prompt with its options, and the messages that answer it, in the form of the Claude Agent SDK."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

from .values import items

if TYPE_CHECKING:
    from .wire import Channel

__all__ = ["OPTIONS", "Turn", "TurnError"]

_USAGE = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


_LIMITS = ("disallowedTools", "maxTurns", "maxBudgetUsd")
OPTIONS = frozenset(
    {
        *_LIMITS,
        *(
            "model",
            "systemPrompt",
            "permissionMode",
            "allowedTools",
            "mcpServers",
            "betas",
            "subagents",
            "initialAgent",
        ),
        *("effort", "thinking", "outputFormat"),
    }
)
"""Options of sessions and messages; those that limit an agent are kept, or the turn is refused."""


class TurnError(Exception):
    """The reason why a turn failed, in words for its reader."""


class Turn:
    """One message to an agent, and the way to answer it.

    Args:
        channel: Where events are written.
        query: The command of the platform.
        number: The number of the turn in its session.
    """

    def __init__(self, channel: Channel, query: dict[str, Any], number: int) -> None:
        self._channel = channel
        self._started = time.monotonic()
        self._calls = itertools.count(1)
        self.id = query["id"]
        self.number = number
        self.prompt: Any = query["prompt"]
        self.options: dict[str, Any] = {key: value for key, value in query.items() if value is not None}
        """Of the session and of the message."""
        self.usage = dict.fromkeys(_USAGE, 0)
        """Tokens of this turn; those of a cache are not among the input."""
        self.model = ""
        """The model that answered last."""
        self.has_result = False
        self.kept: Any = None
        """The state to keep if the turn fails; None for that of the turn before."""

    @property
    def session_id(self) -> str:
        """The id of the session."""
        return str(self.options.get("sessionId", ""))

    @property
    def wants_partial(self) -> bool:
        """Whether readers asked for parts of messages."""
        return bool(self.options.get("includePartialMessages"))

    @property
    def text(self) -> str:
        """The prompt as text; blocks other than text are named."""
        if isinstance(self.prompt, str):
            return self.prompt
        blocks = items(self.prompt)
        return "\n".join(
            block if isinstance(block, str) else str(block.get("text", f"[{block.get('type')}]")) for block in blocks
        )

    def new_call_id(self) -> str:
        """Return an id for a call of a tool that has none."""
        return f"call_{self.number}_{next(self._calls)}"

    def warn(self, text: str) -> None:
        """Write a warning into the log of the session."""
        self._channel.log("warning", text)

    def check_options(self, honoured: frozenset[str], kind: str) -> list[str]:
        """Return the names of given options that a runtime does not honour.

        Raises:
            TurnError: One of them is a limit.
        """
        given = {name for name in OPTIONS - honoured if self.options.get(name) not in (None, [], {})}
        if self.options.get("permissionMode") == "bypassPermissions":
            given.discard("permissionMode")
        for name in _LIMITS:
            if name in given:
                raise TurnError(f"`{name}` cannot be kept by agents of the kind {kind}; remove it")
        return sorted(given)

    def message(self, kind: str, **fields: Any) -> None:
        """Send a message."""
        data = {"type": kind, "session_id": self.session_id, **fields}
        self._channel.send(id=self.id, event="message", data=data)

    def text_delta(self, text: str) -> None:
        """Send a part of the text, if readers asked for parts."""
        self._delta({"type": "text_delta", "text": text}, text)

    def thinking_delta(self, text: str) -> None:
        """Send a part of a thought, if readers asked for parts."""
        self._delta({"type": "thinking_delta", "thinking": text}, text)

    def assistant(self, *blocks: dict[str, Any], usage: dict[str, Any] | None = None, model: str = "") -> None:
        """Send what the agent said and which tools it called: blocks of type `text`, `thinking` or `tool_use`."""
        self.model = model or self.model
        more: dict[str, Any] = {"model": self.model} if self.model else {}
        if usage is not None:
            self.count(usage)
            more["usage"] = usage
        if blocks:
            self.message("assistant", message={"role": "assistant", "content": list(blocks), **more})

    def say(self, text: str) -> None:
        """Send text of the agent."""
        self.assistant({"type": "text", "text": text})

    def tool_use(self, name: str, arguments: Any, call_id: str = "") -> str:
        """Send a call of a tool, and return its id."""
        call_id = call_id or self.new_call_id()
        self.assistant({"type": "tool_use", "id": call_id, "name": name, "input": arguments})
        return call_id

    def tool_result(self, call_id: str, content: Any, *, is_error: bool = False) -> None:
        """Send the result of a tool."""
        block = {"type": "tool_result", "tool_use_id": call_id, "content": content, "is_error": is_error}
        result = {"stdout": content if isinstance(content, str) else "", "stderr": ""}
        more = {"tool_use_result": result} if isinstance(content, str) else {}
        self.message("user", message={"role": "user", "content": [block]}, **more)

    def count(self, usage: dict[str, Any]) -> None:
        """Add tokens."""
        for name in _USAGE:
            self.usage[name] += int(usage.get(name) or 0)

    def result(
        self, text: str, *, num_turns: int = 1, subtype: str = "success", cost: float | None = None, **more: Any
    ) -> None:
        """Send the end of the answer, with its text, its tokens and its cost.

        Args:
            text: The answer.
            num_turns: How often the model was called.
            subtype: `success`, or the kind of a limit that ended the turn, such as `error_max_turns`.
            cost: US dollars; None if they are not known.
            **more: Further fields.
        """
        self.has_result = True
        if cost is not None:
            more["total_cost_usd"] = cost
        if self.model:
            more["model"] = self.model
        self.message(
            "result",
            subtype=subtype,
            is_error=subtype != "success",
            num_turns=num_turns,
            result=text,
            usage=dict(self.usage),
            duration_ms=round((time.monotonic() - self._started) * 1000),
            **more,
        )

    def _delta(self, delta: dict[str, Any], text: str) -> None:
        if text and self.wants_partial:
            self.message("stream_event", event={"type": "content_block_delta", "index": 0, "delta": delta})
