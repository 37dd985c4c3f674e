"""Functions of a prompt: plain, asynchronous, or generators of either kind."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any

from ..turn import Turn, TurnError
from ..values import items, mapping
from .objects import as_json, as_text, class_name

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LABEL", "adapt"]

LABEL = "functions, asynchronous functions and generators of a prompt"
_PIECES = ("text", "thinking", "tool_use", "tool_result", "usage")


def adapt(value: Any) -> FunctionRuntime | None:
    """Return the runtime of a function; None for anything else."""
    is_function = callable(value) and not isinstance(value, type)
    return FunctionRuntime(value) if is_function and hasattr(inspect.unwrap(value), "__code__") else None


class FunctionRuntime:
    """Calls a function for each turn.

    A parameter `messages` gets the whole conversation, `options` the options of the session and of the message, and the
    first one otherwise the text of the prompt.
    """

    kind = "function"
    honoured = frozenset({"model", "systemPrompt", "effort", "thinking", "outputFormat"})

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        parameters = inspect.signature(function).parameters
        self._names = [name for name in parameters if name in {"messages", "options"}]
        self._takes_prompt = "messages" not in parameters and next(iter(parameters), "options") != "options"

    def play(self, turn: Turn, state: Any) -> Any:
        """Answer a turn."""
        messages = [*(state or ()), {"role": "user", "content": turn.prompt}]
        known = {"messages": messages, "options": turn.options}
        arguments = [turn.text] if self._takes_prompt else []
        answer = _Answer(turn)
        outcome = self._function(*arguments, **{name: known[name] for name in self._names})
        if inspect.isasyncgen(outcome) or inspect.isawaitable(outcome):
            return _finished_later(answer, outcome, messages)
        if inspect.isgenerator(outcome):
            for piece in outcome:
                answer.add(piece)
        else:
            answer.returned(outcome)
        return [*messages, {"role": "assistant", "content": answer.finish()}]


async def _finished_later(answer: _Answer, outcome: Any, messages: list[Any]) -> list[Any]:
    if inspect.isasyncgen(outcome):
        async for piece in outcome:
            answer.add(piece)
    else:
        answer.returned(await outcome)
    return [*messages, {"role": "assistant", "content": answer.finish()}]


class _Answer:
    """Makes messages of what a function returns or yields."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._texts: list[str] = []
        self._said = ""
        self._cost: float | None = None
        self._calls = 0

    def returned(self, value: Any) -> None:
        """Take the value that a function returns: a string, a piece, or a reply as agents of `EvalRunner` give it."""
        reply = mapping(value)
        if "type" not in reply and {"text", "tool_calls"} & reply.keys():
            for call in items(reply.get("tool_calls")):
                self._called(call)
            value = reply.get("text") or ""
        self.add(value)

    def add(self, piece: Any) -> None:
        """Take a part of the answer: a string, or an object with `type`.

        Raises:
            TurnError: It is something else.
        """
        if isinstance(piece, str):
            self._texts.append(piece)
            self._turn.text_delta(piece)
            return
        kind = mapping(piece).get("type")
        if kind not in _PIECES:
            shown = repr(piece) if mapping(piece) else f"a value of the type {class_name(piece)}"
            raise TurnError(
                f"the function must return or yield texts, or objects with a `type` of {', '.join(_PIECES)}, "
                f"got {shown[:200]}"
            )
        try:
            self._add(kind, piece)
        except (KeyError, TypeError, ValueError) as error:
            raise TurnError(f"a piece of the type {kind!r} is malformed: {type(error).__name__}: {error}") from error

    def finish(self) -> str:
        """End the answer, and return its text."""
        self._flush()
        self._turn.result(self._said, cost=self._cost)
        return self._said

    def _add(self, kind: str, piece: dict[str, Any]) -> None:
        if kind == "text":
            self.add(str(piece["text"]))
        elif kind == "usage":
            self._turn.count(piece)
            self._turn.model = str(piece.get("model") or self._turn.model)
            if "cost_usd" in piece:
                self._cost = (self._cost or 0.0) + float(piece["cost_usd"])
        elif kind == "tool_result":
            content = as_text(piece.get("content", ""))
            self._turn.tool_result(str(piece["tool_use_id"]), content, is_error=bool(piece.get("is_error")))
        else:
            self._flush()
            self._block(kind, piece)

    def _block(self, kind: str, piece: dict[str, Any]) -> None:
        if kind == "thinking":
            self._turn.assistant({"type": "thinking", "thinking": str(piece["thinking"])})
        else:
            self._turn.tool_use(str(piece["name"]), as_json(piece.get("input", {})), str(piece.get("id") or ""))

    def _called(self, call: Any) -> None:
        """Send a call of a tool with its result, as far as a reply tells it."""
        try:
            written = call.get("arguments_json")
            arguments = json.loads(written) if isinstance(written, str) else call.get("arguments", {})
            call_id = self._turn.tool_use(str(call["name"]), as_json(arguments), str(call.get("id") or ""))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise TurnError(f"a call in `tool_calls` is malformed: {type(error).__name__}: {error}") from error
        for name in ("result", "error"):
            if call.get(name) is not None:
                self._turn.tool_result(call_id, as_text(call[name]), is_error=name == "error")

    def _flush(self) -> None:
        text = "".join(self._texts)
        self._texts.clear()
        if text:
            self._said = text
            self._turn.say(text)
