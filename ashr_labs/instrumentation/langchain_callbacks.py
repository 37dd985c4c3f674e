"""LangChain and LangGraph: chains, graph nodes, tools, retrievers and models, by a callback handler.

LangChain keeps the running chain in a context variable of its own; generators leave it there while their consumer runs.
Models, tools and retrievers are activated in ours, since nothing of theirs suspends before the first chunk of a reply.
"""

from __future__ import annotations

from contextvars import ContextVar
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from .calls import Request
from .replies import Reply
from .runs import Runs, add_scopes, guarded
from .values import fields, items, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..tracing.spans import ForeignScope
    from .replies import Choice

__all__ = ["install"]

_ROLES: Final = {"human": "user", "ai": "assistant", "HumanMessageChunk": "user", "AIMessageChunk": "assistant"}
"""Roles by the type of a message, if they differ."""
_HIDDEN: Final = "langsmith:hidden"
"""Tag of operations that LangChain's own tracer does not show, such as writing a channel of a graph."""
_CONTROL_FLOW: Final = "GraphBubbleUp"
"""Base class of the exceptions by which LangGraph interrupts a graph or jumps to another; they are not errors."""
_INTERNAL: Final = ("__pregel", "checkpoint_", "langgraph_", "lc_", "ls_")
"""Prefixes of LangChain's own metadata."""
_KEPT: Final = ("langgraph_node", "langgraph_step")
_PROVIDERS: Final = {"azure": "azure.ai.openai", "google_genai": "gcp.gemini", "mistralai": "mistral_ai"}
"""Names of providers in the GenAI conventions, if they differ from LangChain's."""
_PARAMETERS: Final = ("frequency_penalty", "max_tokens", "presence_penalty", "seed", "temperature", "top_k", "top_p")
_CALL_PARTS: Final = ("tool_use", "tool_call", "function_call", "input_json_delta")
"""Parts of a content that repeat the tool calls."""
_MAX_DEPTH: Final = 4


def install() -> Callable[[], None]:
    """Add the handler to all runs of this process; return how to remove it."""
    hooks = import_module("langchain_core.tracers.context")
    config = import_module("langchain_core.runnables.config").var_child_runnable_config
    recorder = _handler()

    def find() -> ForeignScope | None:
        run = recorder.runs.find(read(config.get(), "callbacks", "parent_run_id"))
        return None if run is None else run.scope

    variable: ContextVar[Any] = ContextVar("ashr_labs_langchain", default=recorder)
    hooks.register_configure_hook(variable, True)
    forget = add_scopes(find)

    def remove() -> None:
        hooks._configure_hooks[:] = [hook for hook in hooks._configure_hooks if hook[0] is not variable]
        forget()

    return remove


def _handler() -> Recorder:
    base = import_module("langchain_core.callbacks.base").BaseCallbackHandler
    handler: Recorder = type("Handler", (Recorder, base), {})()
    return handler


class Recorder:
    """The callbacks; a base class of LangChain's ignores all others."""

    run_inline = True
    """In event loops, too, callbacks run in the context of the operation."""

    def __init__(self) -> None:
        self.runs = Runs()

    def __deepcopy__(self, _memo: object) -> Recorder:
        return self

    @guarded
    def on_chain_start(self, serialized: Any, inputs: Any, **about: Any) -> None:
        """Start the span of a chain, graph or node."""
        if _HIDDEN in (about.get("tags") or ()):
            self.runs.hide(*_ids(about))
            return
        name = _name(serialized, about)
        self.runs.start(*_ids(about), name, input=_plain(inputs), metadata=_metadata("chain", about))

    @guarded
    def on_chain_end(self, outputs: Any, **about: Any) -> None:
        """End the span with the outputs."""
        if (run := self.runs.take(*_ids(about))) is not None:
            run.end(_plain(outputs))

    @guarded
    def on_chain_error(self, error: BaseException, **about: Any) -> None:
        """End the span with an error."""
        self._fail(error, about)

    @guarded
    def on_tool_start(self, serialized: Any, input_str: str, *, inputs: Any = None, **about: Any) -> None:
        """Start the span of a tool with its arguments."""
        given = input_str if inputs is None else inputs
        metadata = _metadata("tool", about)
        if (call_id := about.get("tool_call_id")) is not None:
            metadata["tool_call_id"] = call_id
        run = self.runs.start(*_ids(about), f"tool:{_name(serialized, about)}", input=given, metadata=metadata)
        if run is not None:
            run.enter()

    @guarded
    def on_tool_end(self, output: Any, **about: Any) -> None:
        """End the span with the result; a tool that handles its own errors returns them as messages."""
        if (run := self.runs.take(*_ids(about))) is not None:
            is_message = _is_message(output)
            content = output.content if is_message else _plain(output)
            run.end(content, error=str(content) if is_message and read(output, "status") == "error" else None)

    @guarded
    def on_tool_error(self, error: BaseException, **about: Any) -> None:
        """End the span with an error."""
        self._fail(error, about)

    @guarded
    def on_retriever_start(self, serialized: Any, query: str, **about: Any) -> None:
        """Start the span of a retriever with its query."""
        name = _name(serialized, about)
        run = self.runs.start(*_ids(about), name, input=query, metadata=_metadata("retriever", about))
        if run is not None:
            run.enter()

    @guarded
    def on_retriever_end(self, documents: Any, **about: Any) -> None:
        """End the span with the documents."""
        if (run := self.runs.take(*_ids(about))) is not None:
            run.end([{"content": read(one, "page_content"), "metadata": read(one, "metadata")} for one in documents])

    @guarded
    def on_retriever_error(self, error: BaseException, **about: Any) -> None:
        """End the span with an error."""
        self._fail(error, about)

    @guarded
    def on_chat_model_start(self, _serialized: Any, messages: Any, **about: Any) -> None:
        """Start the span of a chat model with its messages."""
        given = [_message(one) for one in messages[0]] if messages else []
        self._start_call(_request("chat", given, about), about)

    @guarded
    def on_llm_start(self, _serialized: Any, prompts: Any, **about: Any) -> None:
        """Start the span of a completion model with its prompt."""
        given = prompts[0] if len(prompts) == 1 else prompts
        self._start_call(_request("text_completion", given, about), about)

    @guarded
    def on_llm_new_token(self, token: Any = "", **about: Any) -> None:
        """Note the chunk; from the first one on, the consumer of the stream may run."""
        run = self.runs.find(about["run_id"])
        if run is None:
            return
        if run.is_active:
            run.note_first_chunk()
            run.leave()
            run.memo = []
        if isinstance(token, str) and run.memo is not None:
            run.memo.append(token)

    @guarded
    def on_stream_event(self, *_: Any, **about: Any) -> None:
        """Note the first event of a stream of events, which has no tokens of its own."""
        self.on_llm_new_token(**about)

    @guarded
    def on_llm_end(self, response: Any, **about: Any) -> None:
        """End the span with the reply."""
        if (run := self.runs.take(*_ids(about))) is not None:
            run.end_call(_reply(response))

    @guarded
    def on_llm_error(self, error: BaseException, *, response: Any = None, **about: Any) -> None:
        """End the span with an error and the part of the reply that came; leaving a stream early is not an error."""
        if (run := self.runs.take(*_ids(about))) is None:
            return
        reply = _reply(response)
        texts: list[str] = run.memo or []
        if sum(map(len, texts)) > sum(map(len, reply.choice().texts)):  # older versions leave the last one out
            reply.choice().texts = texts
        run.end_call(reply, error=None if isinstance(error, GeneratorExit) else error)

    @guarded
    def on_custom_event(self, name: str, data: Any, **about: Any) -> None:
        """Record an event of the application."""
        if (run := self.runs.find(about["run_id"])) is not None:
            run.span.event(name, input=_plain(data) if run.captures else None)

    def _start_call(self, request: Request, about: Mapping[str, Any]) -> None:
        if (run := self.runs.start_call(*_ids(about), request)) is not None:
            run.enter()

    def _fail(self, error: BaseException, about: Mapping[str, Any]) -> None:
        run = self.runs.take(*_ids(about))
        if run is None:
            return
        if isinstance(error, GeneratorExit):
            run.end()
        elif any(kind.__name__ == _CONTROL_FLOW for kind in type(error).__mro__):
            run.span.update(metadata={"interrupted_by": type(error).__name__})
            run.end(_plain(error.args))
        else:
            run.end(error=error)


def _ids(about: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return the id of an operation and of its parent."""
    return about["run_id"], about.get("parent_run_id")


def _name(serialized: Any, more: Mapping[str, Any]) -> str:
    """Return the name of an operation: that of the run, else of the object, else of its class."""
    path = items(read(serialized, "id"))
    return str(more.get("name") or read(serialized, "name") or (path[-1] if path else "chain"))


def _metadata(kind: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata of a run without what LangChain adds for its own use."""
    given = fields(more.get("metadata"))
    found = {name: one for name, one in given.items() if name in _KEPT or not name.startswith(_INTERNAL)}
    if tags := [tag for tag in more.get("tags") or () if not tag.startswith(("seq:step", "graph:step"))]:
        found["tags"] = tags
    return found if kind == "tool" else {**found, "kind": kind}


def _request(operation: str, given: Any, about: Mapping[str, Any]) -> Request:
    metadata = fields(about.get("metadata"))
    asked = fields(about.get("invocation_params"))
    model = metadata.get("ls_model_name") or asked.get("model") or asked.get("model_name")
    provider = metadata.get("ls_provider")
    return Request(
        provider=_PROVIDERS.get(str(provider), provider),
        model=None if model is None else str(model),
        input=given,
        read=lambda _reply, _response: None,
        operation=operation,
        parameters={name: asked[name] for name in _PARAMETERS if name in asked},
    )


def _reply(response: Any) -> Reply:
    """Return the texts, tool calls and tokens of an `LLMResult` as a reply."""
    reply = Reply()
    about = fields(read(response, "llm_output"))
    reply.usage = about.get("token_usage") or about.get("usage")
    reply.model = about.get("model_name") or about.get("model")
    choices = items(read(response, "generations"))
    for index, generation in enumerate(items(choices[0]) if choices else []):
        _read_choice(reply, index, generation)
    return reply


def _read_choice(reply: Reply, index: int, generation: Any) -> None:
    choice = reply.choice(index)
    message = read(generation, "message")
    if message is None:
        choice.texts.append(str(read(generation, "text") or ""))
    else:
        _read_message(choice, message)
        # The tokens of a message are those of all choices.
        reply.usage = read(message, "usage_metadata") or reply.usage
    about = {**fields(read(message, "response_metadata")), **fields(read(generation, "generation_info"))}
    reply.model = reply.model or about.get("model_name") or about.get("model")
    reply.identifier = reply.identifier or about.get("id")
    reason = about.get("finish_reason") or about.get("stop_reason")
    choice.finish_reason = None if reason is None else str(reason)


def _read_message(choice: Choice, message: Any) -> None:
    content = read(message, "content")
    for part in [content] if isinstance(content, str) else items(content):
        kind = read(part, "type")
        if isinstance(part, str):
            choice.texts.append(part)
        elif kind == "text":
            choice.texts.append(str(read(part, "text") or ""))
        elif kind not in _CALL_PARTS:
            choice.others.append(part)
    for number, call in enumerate(items(read(message, "tool_calls"))):
        asked = choice.call(number)
        asked.id, asked.name, asked.arguments = read(call, "id"), str(read(call, "name")), read(call, "args")


def _is_message(value: object) -> bool:
    """Return True for a message of LangChain, of which there are many classes."""
    return any(kind.__name__ == "BaseMessage" for kind in type(value).__mro__)


def _message(message: Any) -> dict[str, Any]:
    """Return a message with its role, content and tool calls."""
    kind = message.type
    found: dict[str, Any] = {"role": _ROLES.get(kind, read(message, "role") or kind), "content": message.content}
    if calls := items(read(message, "tool_calls")):
        found["tool_calls"] = [{"id": one["id"], "name": one["name"], "arguments": one["args"]} for one in calls]
    for name in ("tool_call_id", "name"):
        if (value := read(message, name)) is not None:
            found[name] = value
    return found


def _plain(value: Any, depth: int = 0) -> Any:
    """Return a value with its messages as dicts."""
    if _is_message(value):
        return _message(value)
    if depth == _MAX_DEPTH:
        return value
    if isinstance(value, dict):
        return {name: _plain(item, depth + 1) for name, item in fields(value).items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in items(cast("Any", value))]
    to_messages: Callable[[], list[Any]] | None = read(value, "to_messages")  # of prompts
    return value if to_messages is None else [_message(one) for one in to_messages()]
