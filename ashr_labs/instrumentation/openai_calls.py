"""Calls of OpenAI's library: Chat Completions, Responses, Embeddings, and the older Completions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .._json import as_list
from .chat import read_chat, read_chat_chunk, read_embeddings, read_facts
from .requests import Endpoint, request_of
from .values import items, plain, read, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .replies import Choice, Reply

__all__ = ["read_response", "read_response_event", "request", "responses_input"]

_FINAL_EVENTS = frozenset({"response.completed", "response.incomplete", "response.failed"})


def responses_input(body: Mapping[str, Any]) -> Any:
    """Return the input of the Responses API, preceded by the instructions."""
    given = body.get("input")
    instructions = body.get("instructions")
    if instructions is None:
        return given
    messages = as_list(given)
    if messages is None:
        messages = [] if given is None else [{"role": "user", "content": given}]
    return [{"role": "system", "content": instructions}, *messages]


def read_response(reply: Reply, response: Any) -> None:
    """Add a response of the Responses API."""
    read_facts(reply, response)
    choice = reply.choice()
    for position, item in enumerate(items(read(response, "output"))):
        _read_item(choice, item, position)
    status = text_of(read(response, "status"))
    choice.finish_reason = text_of(read(response, "incomplete_details", "reason")) or status or choice.finish_reason


def read_response_event(reply: Reply, event: Any) -> None:
    """Add an event of a stream of the Responses API; the last one has the whole response."""
    kind = read(event, "type")
    if kind in _FINAL_EVENTS:
        reply.choices.clear()
        read_response(reply, read(event, "response"))
    elif kind == "response.created":
        read_facts(reply, read(event, "response"))
    elif kind == "response.output_text.delta":
        reply.choice().texts.append(text_of(read(event, "delta")))
    elif kind in {"response.reasoning_summary_text.delta", "response.reasoning_text.delta"}:
        reply.choice().reasoning.append(text_of(read(event, "delta")))
    elif kind == "response.output_item.added" and read(event, "item", "type") in {"function_call", "custom_tool_call"}:
        _read_item(reply.choice(), read(event, "item"), read(event, "output_index"))
    elif kind in {"response.function_call_arguments.delta", "response.custom_tool_call_input.delta"}:
        call = reply.choice().call(read(event, "output_index"))
        call.arguments = text_of(call.arguments) + text_of(read(event, "delta"))


def _read_item(choice: Choice, item: Any, position: int) -> None:
    kind = read(item, "type")
    if kind == "message":
        for part in items(read(item, "content")):
            choice.texts += [text] if (text := text_of(read(part, "text"))) else []
            choice.refusals += [text] if (text := text_of(read(part, "refusal"))) else []
    elif kind in {"function_call", "custom_tool_call"}:
        call = choice.call(position)
        call.id = text_of(read(item, "call_id")) or None
        call.name = text_of(read(item, "name"))
        call.arguments = text_of(read(item, "arguments")) or text_of(read(item, "input"))
    elif kind == "reasoning":
        parts = [*items(read(item, "summary")), *items(read(item, "content"))]
        choice.reasoning += [text for part in parts if (text := text_of(read(part, "text")))]
    else:
        choice.others.append(plain(item))


def _messages(body: Mapping[str, Any]) -> Any:
    return body.get("messages")


def _input(body: Mapping[str, Any]) -> Any:
    return body.get("input")


def _prompt(body: Mapping[str, Any]) -> Any:
    return body.get("prompt")


_INPUT = frozenset({"input"})
_ENDPOINTS = {
    "/chat/completions": Endpoint(_messages, read_chat, read_chat_chunk),
    "/responses": Endpoint(
        responses_input, read_response, read_response_event, inputs=frozenset({"input", "instructions"})
    ),
    "/embeddings": Endpoint(_input, read_embeddings, None, "embeddings", _INPUT),
    "/completions": Endpoint(_prompt, read_chat, read_chat_chunk, "text_completion", frozenset({"prompt"})),
}

request = partial(request_of, _ENDPOINTS, "openai")
"""Reads the arguments of the method by which OpenAI's clients send requests."""
