"""Replies in the format of OpenAI's Chat Completions, which other libraries copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .values import items, plain, read, text_of

if TYPE_CHECKING:
    from .replies import Choice, Reply

__all__ = ["read_chat", "read_chat_chunk", "read_embeddings", "read_facts"]


def read_chat(reply: Reply, response: Any) -> None:
    """Add a response: all of its choices."""
    read_facts(reply, response)
    for position, found in enumerate(items(read(response, "choices"))):
        index = read(found, "index")
        choice = reply.choice(index if isinstance(index, int) else position)
        _read_message(choice, read(found, "message"))
        choice.texts += [text] if (text := text_of(read(found, "text"))) else []  # of the older Completions
        choice.finish_reason = text_of(read(found, "finish_reason")) or choice.finish_reason


def read_chat_chunk(reply: Reply, chunk: Any) -> None:
    """Add a chunk of a stream."""
    read_facts(reply, chunk)
    for found in items(read(chunk, "choices")):
        index = read(found, "index")
        choice = reply.choice(index if isinstance(index, int) else 0)
        _read_message(choice, read(found, "delta"))
        choice.texts += [text] if (text := text_of(read(found, "text"))) else []
        choice.finish_reason = text_of(read(found, "finish_reason")) or choice.finish_reason


def read_facts(reply: Reply, response: Any) -> None:
    """Add the model, id and usage of a response or chunk."""
    reply.model = text_of(read(response, "model")) or reply.model
    reply.identifier = text_of(read(response, "id")) or reply.identifier
    usage = read(response, "usage")
    if usage is not None:
        reply.usage = plain(usage)


def read_embeddings(reply: Reply, response: Any) -> None:
    """Add a response with embeddings: how many there are, and their dimensions, but not the numbers."""
    read_facts(reply, response)
    found = items(read(response, "data"))
    vector = read(found[0], "embedding") if found else None
    reply.result = {"embeddings": len(found), "dimensions": len(items(vector)) or None}


def _read_message(choice: Choice, message: Any) -> None:
    """Add a message, or the part of one that a chunk has."""
    if message is None:
        return
    _read_content(choice, read(message, "content"))
    for name in ("reasoning_content", "reasoning"):
        if text := text_of(read(message, name)):
            choice.reasoning.append(text)
            break
    if text := text_of(read(message, "refusal")):
        choice.refusals.append(text)
    for position, call in enumerate(items(read(message, "tool_calls"))):
        _read_call(choice, call, position)
    function = read(message, "function_call")  # before there were tools
    if function is not None:
        _read_function(choice, "function_call", function)


def _read_content(choice: Choice, content: Any) -> None:
    """Add content: text, or a list of parts as Mistral has it."""
    if isinstance(content, str):
        choice.texts += [content] if content else []
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
