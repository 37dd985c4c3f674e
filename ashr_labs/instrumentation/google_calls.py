"""Calls of Google's library for Gemini: contents generated, streamed and embedded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_list
from .calls import Request
from .values import items, plain, read, text_of

if TYPE_CHECKING:
    from .replies import Choice, Reply

__all__ = ["embed", "generate", "stream"]

_PROVIDER = "gcp.gemini"
_SYSTEM = "system_instruction"
_NO_PARAMETERS = frozenset({_SYSTEM, "http_options", "automatic_function_calling"})


def generate(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
    """Return the `Request` of `models.generate_content`."""
    config: dict[str, Any] = plain(kwargs.get("config")) or {}
    given = plain(kwargs.get("contents"))
    system = config.get(_SYSTEM)
    if system is not None:
        given = [{"role": "system", "content": system}, *(as_list(given) or [given])]
    parameters = {name: value for name, value in config.items() if name not in _NO_PARAMETERS}
    return Request(_PROVIDER, kwargs.get("model"), given, _read_response, parameters=parameters)


def stream(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
    """Return the `Request` of `models.generate_content_stream`."""
    asked = generate(args, kwargs)
    asked.is_stream = True
    return asked


def embed(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
    """Return the `Request` of `models.embed_content`."""
    model, given = kwargs.get("model"), plain(kwargs.get("contents"))
    config: dict[str, Any] = plain(kwargs.get("config")) or {}
    parameters = {name: value for name, value in config.items() if name != "http_options"}
    return Request(_PROVIDER, model, given, _read_embeddings, None, "embeddings", parameters)


def _read_response(reply: Reply, response: Any) -> None:
    """Add a response, or a chunk, which has the next parts of the content and the counts so far."""
    reply.model = text_of(read(response, "model_version")) or reply.model
    reply.identifier = text_of(read(response, "response_id")) or reply.identifier
    usage = read(response, "usage_metadata")
    if usage is not None:
        reply.usage = usage
    for position, candidate in enumerate(items(read(response, "candidates"))):
        index = read(candidate, "index")
        choice = reply.choice(index if isinstance(index, int) else position)
        for part in items(read(candidate, "content", "parts")):
            _read_part(choice, part)
        choice.finish_reason = text_of(read(candidate, "finish_reason")) or choice.finish_reason


def _read_part(choice: Choice, part: Any) -> None:
    function = read(part, "function_call")
    if text := text_of(read(part, "text")):
        (choice.reasoning if read(part, "thought") else choice.texts).append(text)
    elif function is not None:
        call = choice.call(len(choice.calls))
        call.id, call.name = text_of(read(function, "id")) or None, text_of(read(function, "name"))
        call.arguments = plain(read(function, "args")) or ""
    elif held := {name: value for name, value in plain(part).items() if value not in {None, ""}}:
        choice.others.append(held)


def _read_embeddings(reply: Reply, response: Any) -> None:
    found = items(read(response, "embeddings"))
    vector = read(found[0], "values") if found else None
    reply.result = {"embeddings": len(found), "dimensions": len(items(vector)) or None}
    counts = [read(one, "statistics", "token_count") for one in found]
    if counts and all(isinstance(count, int | float) for count in counts):
        reply.usage = {"input_tokens": sum(counts)}
