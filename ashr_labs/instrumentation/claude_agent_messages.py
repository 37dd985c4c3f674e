"""Claude Agent SDK: the messages of `query` and of clients, as spans of model calls and tools.

The models are called by a program of their own, so that only its messages tell of them: a model call ends with its last
message, and a tool lasts from the message that asks for it to the one with its result.
"""

from __future__ import annotations

from contextlib import aclosing, contextmanager
from functools import partial, wraps
from importlib import import_module
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from .._unset import UNSET
from ..pricing import read_usage
from .calls import ModelSpan, Request
from .patches import replace_method, undo_all
from .replies import Reply
from .runs import Runs, guarded
from .values import fields, items, plain, read

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from .runs import Run

__all__ = ["install"]

_NAME: Final = "claude-agent"
_MAIN: Final = None
"""The key of the conversation itself; those of subagents are the ids of the tool calls that started them."""
_COUNTS: Final = ("input_tokens", "cached_input_tokens", "cache_write_input_tokens", "output_tokens")


def install() -> Callable[[], None]:
    """Record all queries of this process; return how to put the original methods back."""
    internal: Any = import_module("claude_agent_sdk._internal.client").InternalClient
    client: Any = import_module("claude_agent_sdk").ClaudeSDKClient
    open_turns: WeakKeyDictionary[Any, Turn] = WeakKeyDictionary()
    undos = [
        replace_method(internal, "process_query", _recorded_query(internal.process_query)),
        replace_method(client, "query", _recorded_prompt(client.query, open_turns)),
        replace_method(client, "receive_messages", _recorded_messages(client.receive_messages, open_turns)),
    ]
    return partial(undo_all, undos)


def _recorded_query(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    async def process_query(self: Any, prompt: Any, *args: Any, **kwargs: Any) -> AsyncGenerator[Any]:
        turn = Turn()
        turn.begin(prompt)
        async with aclosing(original(self, prompt, *args, **kwargs)) as messages:
            with turn.ending():
                while (message := await turn.within(messages)) is not None:
                    turn.note(message)
                    yield message

    return process_query


def _recorded_prompt(original: Callable[..., Any], turns: WeakKeyDictionary[Any, Turn]) -> Callable[..., Any]:
    @wraps(original)
    async def query(self: Any, prompt: Any, *args: Any, **kwargs: Any) -> Any:
        turn = turns[self] = Turn()
        turn.begin(prompt)
        try:
            return await original(self, prompt, *args, **kwargs)
        except BaseException as error:
            turn.finish(error)
            raise

    return query


def _recorded_messages(original: Callable[..., Any], turns: WeakKeyDictionary[Any, Turn]) -> Callable[..., Any]:
    @wraps(original)
    async def receive_messages(self: Any, *args: Any, **kwargs: Any) -> AsyncGenerator[Any]:
        async with aclosing(original(self, *args, **kwargs)) as messages:
            with _failing(turns, self):
                async for message in messages:
                    _note(turns, self, message)
                    yield message

    return receive_messages


def _note(turns: WeakKeyDictionary[Any, Turn], client: Any, message: Any) -> None:
    turn = turns.get(client)
    if turn is not None:
        turn.note(message)


@contextmanager
def _failing(turns: WeakKeyDictionary[Any, Turn], client: Any) -> Generator[None]:
    """End the turn of a client with an error that leaves the block; a client may leave its messages and come back."""
    try:
        yield
    except Exception as error:
        turn = turns.get(client)
        if turn is not None:
            turn.finish(error)
        raise


class Turn:
    """A prompt and the messages that answer it."""

    def __init__(self) -> None:
        self._runs = Runs()
        self._root: Run | None = None
        self._calls: dict[str | None, Call] = {}
        """The model calls whose messages are arriving, by conversation."""
        self._counted: dict[str, int] = {}
        self._output: Any = UNSET
        self._failure: str | None = None
        self._last_event = perf_counter_ns()

    @guarded
    def begin(self, prompt: Any) -> None:
        """Start the span of the turn; prompts that are streams are sent message by message, and not known here."""
        given = prompt if isinstance(prompt, str) else None
        self._root = self._runs.start(_MAIN, None, _NAME, input=given, metadata={"kind": "agent"})

    @contextmanager
    def ending(self) -> Generator[None]:
        """End the spans at the end of a block, before the SDK cleans up."""
        try:
            yield
        except BaseException as error:
            self.finish(error)
            raise
        self.finish(None)

    async def within(self, messages: AsyncGenerator[Any]) -> Any:
        """Return the next message, or None at the end; tasks that are started meanwhile belong to the turn."""
        if self._root is not None:
            self._root.enter()
        try:
            return await anext(messages, None)
        finally:
            if self._root is not None:
                self._root.leave()

    @guarded
    def note(self, message: Any) -> None:
        """Record a message."""
        if self._root is None:
            return
        kind = type(message).__name__
        if kind == "AssistantMessage":
            self._note_reply(message)
        elif kind == "StreamEvent":
            self._note_event(message)
        elif kind == "UserMessage":
            self._note_results(message)
        elif kind == "ResultMessage":
            self._note_result(message)

    @guarded
    def finish(self, error: BaseException | None) -> None:
        """End all spans; leaving the messages early is not an error."""
        root, self._root = self._root, None
        if root is None:
            return
        for call in self._calls.values():
            call.end()
        self._runs.end_all_but(root)
        root.end(self._output, error=self._failure if error is None or isinstance(error, GeneratorExit) else error)

    def _note_reply(self, message: Any) -> None:
        conversation = read(message, "parent_tool_use_id")
        call = self._call(conversation, read(message, "message_id"), message.model)
        call.note(message)
        for block in items(message.content):
            if type(block).__name__ in {"ToolUseBlock", "ServerToolUseBlock"}:
                metadata = {"tool_call_id": block.id}
                self._runs.start(block.id, conversation, f"tool:{block.name}", input=block.input, metadata=metadata)

    def _note_event(self, message: Any) -> None:
        """Record an event of a partial message: the first delta is the first chunk of the reply."""
        event = message.event
        if event.get("type") == "message_start":
            started = fields(event.get("message"))
            self._call(read(message, "parent_tool_use_id"), started.get("id"), started.get("model"))
        elif event.get("type") == "content_block_delta":
            call = self._calls.get(read(message, "parent_tool_use_id"))
            if call is not None:
                call.note_first_chunk()

    def _note_results(self, message: Any) -> None:
        """End the tools whose results a message has; the model is called with them."""
        for block in items(message.content):
            if type(block).__name__ in {"ToolResultBlock", "ServerToolResultBlock"}:
                run = self._runs.take(block.tool_use_id)
                content = _tool_output(block.content)
                if run is not None:
                    run.end(content, error=str(content) if read(block, "is_error") else None)
        self._end_call(read(message, "parent_tool_use_id"))
        self._last_event = perf_counter_ns()

    def _note_result(self, message: Any) -> None:
        """Record the result of the turn, and end it; the result counts tokens that the messages did not."""
        last = self._calls.get(_MAIN)
        total = read_usage(message.usage)
        for call in self._calls.values():
            call.end(self._missing(total) if call is last else None)
        self._calls.clear()
        told = ("subtype", "session_id", "num_turns", "total_cost_usd", "duration_api_ms", "stop_reason")
        facts = {name: value for name in told if (value := read(message, name)) is not None}
        if self._root is not None:
            self._root.span.update(metadata=facts)
        self._output = message.result
        if message.is_error:
            self._failure = str(message.result or message.subtype)
        self.finish(None)

    def _call(self, conversation: str | None, message_id: str | None, model: Any) -> Call:
        """Return the model call of a message; a reply may come as several messages."""
        call = self._calls.get(conversation)
        if call is None or (message_id is not None and call.message_id not in {None, message_id}):
            self._end_call(conversation)
            call = self._calls[conversation] = Call(self._runs, conversation, message_id, model, self._last_event)
        return call

    def _end_call(self, conversation: str | None) -> None:
        call = self._calls.pop(conversation, None)
        if call is not None:
            for name, count in call.end().items():
                self._counted[name] = self._counted.get(name, 0) + count

    def _missing(self, total: Any) -> dict[str, int]:
        """Return the tokens of a turn that belong to none of the calls that have ended."""
        return {name: max(total[name] - self._counted.get(name, 0), 0) for name in _COUNTS if name in total}


class Call:
    """A call of a model, from the prompt or the last result of a tool to its last message."""

    def __init__(self, runs: Runs, conversation: str | None, message_id: str | None, model: Any, began: int) -> None:
        self.message_id = message_id
        self._reply = Reply()
        self._is_first = True
        request = Request("anthropic", None if model is None else str(model), None, lambda _reply, _response: None)
        self._run = runs.start_call(self, conversation, request, began=began)
        runs.take(self)

    def note(self, message: Any) -> None:
        """Add the content of a message."""
        choice = self._reply.choice()
        for block in items(message.content):
            kind = type(block).__name__
            if kind == "TextBlock":
                choice.texts.append(block.text)
            elif kind == "ThinkingBlock":
                choice.reasoning.append(block.thinking)
            elif kind == "ToolUseBlock":
                call = choice.call(block.id)
                call.id, call.name, call.arguments = block.id, block.name, block.input
            else:
                choice.others.append(plain(block))
        self._reply.usage = read(message, "usage") or self._reply.usage
        self._reply.identifier = read(message, "message_id")
        choice.finish_reason = read(message, "stop_reason")
        if self._run is not None:
            self._run.span.suspend(None)

    def note_first_chunk(self) -> None:
        """Note the first part of the reply."""
        if self._is_first and self._run is not None:
            self._is_first = False
            self._run.note_first_chunk()

    def end(self, usage: dict[str, int] | None = None) -> dict[str, int]:
        """End the span at its last message; return its tokens."""
        if usage:
            self._reply.usage = usage
        if self._run is not None:
            self._run.end_call(self._reply)
            if isinstance(self._run.span, ModelSpan):
                self._run.span.end_at_last_chunk()
        return {name: count for name, count in fields(read_usage(self._reply.usage)).items() if name in _COUNTS}


def _tool_output(content: Any) -> Any:
    """Return the text of a tool's result, or its parts if there are others."""
    parts = items(content)
    if parts and all(read(part, "type") == "text" for part in parts):
        return "\n".join(str(read(part, "text")) for part in parts)
    return content
