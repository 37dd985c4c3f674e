"""Replies in the format of OpenAI's Chat Completions, which other libraries copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .values import attributes, items, plain, read, text_of

if TYPE_CHECKING:
    from .replies import Choice, Reply

__all__ = ["read_chat", "read_chat_chunk", "read_embeddings", "read_facts"]


def read_chat(reply: Reply, response: Any) -> None:
    """Add a response: all of its choices."""
    read_facts(reply, response)
    for position, found in enumerate(items(read(response, "choices"))):
        _read_choice(reply, attributes(found), "message", position)


def read_chat_chunk(reply: Reply, chunk: Any) -> None:
    """Add a chunk of a stream."""
    given = attributes(chunk)
    if reply.model is None or given.get("usage") is not None:
        read_facts(reply, given)
    for found in items(given.get("choices")):
        _read_choice(reply, attributes(found), "delta", 0)


def read_facts(reply: Reply, response: Any) -> None:
    """Add the model, id and usage of a response or chunk."""
    given = attributes(response)
    reply.model = text_of(given.get("model")) or reply.model
    reply.identifier = text_of(given.get("id")) or reply.identifier
    usage = given.get("usage")
    if usage is not None:
        reply.usage = usage


def read_embeddings(reply: Reply, response: Any) -> None:
    """Add a response with embeddings: how many there are, and their dimensions, but not the numbers."""
    read_facts(reply, response)
    found = items(read(response, "data"))
    vector = read(found[0], "embedding") if found else None
    reply.result = {"embeddings": len(found), "dimensions": len(items(vector)) or None}


def _read_choice(reply: Reply, given: dict[str, Any], message: str, position: int) -> None:
    index = given.get("index")
    choice = reply.choice(index if isinstance(index, int) else position)
    _read_message(choice, attributes(given.get(message)))
    if text := given.get("text"):  # of the older Completions
        choice.texts.append(text_of(text))
    if reason := given.get("finish_reason"):
        choice.finish_reason = text_of(reason) or choice.finish_reason


def _read_message(choice: Choice, given: dict[str, Any]) -> None:
    """Add a message, or the part of one that a chunk has."""
    content = given.get("content")
    if content:
        _read_content(choice, content)
    if reasoning := given.get("reasoning_content") or given.get("reasoning"):
        choice.reasoning.append(text_of(reasoning))
    if refusal := given.get("refusal"):
        choice.refusals.append(text_of(refusal))
    if calls := given.get("tool_calls"):
        for position, call in enumerate(items(calls)):
            _read_call(choice, call, position)
    function = given.get("function_call")  # before there were tools
    if function is not None:
        _read_function(choice, "function_call", function)


def _read_content(choice: Choice, content: Any) -> None:
    """Add content: text, or a list of parts as Mistral has it."""
    if isinstance(content, str):
        choice.texts.append(content)
    for part in items(content):
        if text := text_of(read(part, "text")):
            choice.texts.append(text)
        elif thinking := read(part, "thinking"):
            choice.reasoning += [text_of(read(one, "text")) for one in items(thinking)] or [text_of(thinking)]
        else:
            choice.others.append(plain(part))


def _read_call(choice: Choice, call: Any, position: int) -> None:
    index = read(call, "index")
    key = index if isinstance(index, int) else position
    identifier = text_of(read(call, "id"))
    known = choice.calls.get(key)
    if known is not None and identifier and identifier != known.id and known.id not in {None, "null"}:
        key = len(choice.calls)  # a library that numbers no calls: each chunk has whole ones
    function = read(call, "function")
    _read_function(choice, key, read(call, "custom") if function is None else function)
    if identifier:
        choice.calls[key].id = identifier


def _read_function(choice: Choice, key: Any, function: Any) -> None:
    call = choice.call(key)
    call.name = call.name or text_of(read(function, "name"))
    given = read(function, "arguments")
    if given is None:
        given = read(function, "input")
    if isinstance(given, str) and isinstance(call.arguments, str):
        call.arguments += given
    elif given is not None:
        call.arguments = plain(given)
