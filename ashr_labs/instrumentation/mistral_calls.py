"""Calls of Mistral's library: chat and embeddings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .calls import Request
from .chat import read_chat, read_chat_chunk, read_embeddings
from .values import plain, read

if TYPE_CHECKING:
    from .replies import Reply

__all__ = ["complete", "embed", "stream"]

_PROVIDER = "mistral_ai"
_NO_PARAMETERS = frozenset(
    {"model", "messages", "inputs", "stream", "retries", "server_url", "timeout_ms", "http_headers"}
)


def complete(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
    """Return the `Request` of `chat.complete`."""
    return Request(
        _PROVIDER, kwargs.get("model"), plain(kwargs.get("messages")), read_chat, parameters=_parameters(kwargs)
    )


def stream(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
    """Return the `Request` of `chat.stream`."""
    asked = complete(args, kwargs)
    asked.read_chunk, asked.is_stream = _read_event, True
    return asked


def embed(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Request:
    """Return the `Request` of `embeddings.create`."""
    model, given = kwargs.get("model"), kwargs.get("inputs")
    return Request(_PROVIDER, model, given, read_embeddings, None, "embeddings", _parameters(kwargs))


def _read_event(reply: Reply, event: Any) -> None:
    read_chat_chunk(reply, read(event, "data"))


def _parameters(kwargs: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = plain(kwargs)
    return {name: value for name, value in given.items() if name not in _NO_PARAMETERS}
