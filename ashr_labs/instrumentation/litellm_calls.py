"""Calls of LiteLLM: completions, responses and embeddings, of any provider."""

from __future__ import annotations

from typing import Any

from .calls import Request
from .chat import read_chat, read_chat_chunk, read_embeddings
from .openai_calls import read_response, read_response_event, responses_input

__all__ = ["completion", "embedding", "responses"]

_PARAMETERS = frozenset(
    {
        "dimensions",
        "encoding_format",
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_output_tokens",
        "max_tokens",
        "modalities",
        "n",
        "parallel_tool_calls",
        "presence_penalty",
        "previous_response_id",
        "reasoning",
        "reasoning_effort",
        "response_format",
        "seed",
        "service_tier",
        "stop",
        "stream_options",
        "temperature",
        "text",
        "thinking",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "user",
    }
)
"""Those of the models; the others are LiteLLM's own, such as keys and callbacks."""


def completion(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
    """Return the `Request` of `completion` and `acompletion`."""
    given = _named(args, kwargs, "model", "messages")
    return _request(given, given.get("messages"), read_chat, read_chat_chunk)


def responses(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
    """Return the `Request` of `responses` and `aresponses`."""
    given = _named(args, kwargs, "input", "model")
    return _request(given, responses_input(given), read_response, read_response_event)


def embedding(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
    """Return the `Request` of `embedding` and `aembedding`."""
    given = _named(args, kwargs, "model", "input")
    return _request(given, given.get("input"), read_embeddings, None, "embeddings")


def _request(given: dict[str, Any], asked: Any, read: Any, read_chunk: Any, operation: str = "chat") -> Request:
    parameters = {name: value for name, value in given.items() if name in _PARAMETERS}
    model = given.get("model")
    return Request(None, model, asked, read, read_chunk, operation, parameters, bool(given.get("stream")))


def _named(args: tuple[Any, ...], kwargs: dict[str, Any], *names: str) -> dict[str, Any]:
    return {**dict(zip(names, args, strict=False)), **kwargs}
