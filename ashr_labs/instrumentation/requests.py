"""Calls of clients that send every request by one method, `request(cast_to, options, stream=...)`.

OpenAI's and Anthropic's libraries are made by the same generator. Each method of theirs, of each API, of clients for
other clouds, and of copies of clients, calls this one with the body as it is sent.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from ..pricing.names import known_provider_of_url
from .calls import Request
from .streams import call_of, closing, override, subclass, watch
from .values import present, read

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .calls import ModelCall, Reader

__all__ = ["Endpoint", "request_of"]

_RAW = "X-Stainless-Raw-Response"
"""The header by which the libraries mark calls of `with_raw_response` and `with_streaming_response`."""
_PROVIDERS = {
    "aws": "aws.bedrock",
    "azure": "azure.ai.inference",
    "google": "gcp.vertex_ai",
    "mistral": "mistral_ai",
    "moonshotai": "moonshot_ai",
    "x-ai": "x_ai",
}
"""Names of providers in the GenAI conventions, if they differ from those of the price table."""
_PROVIDERS_OF_OPENAI = {"azure": "azure.ai.openai", "google": "gcp.gemini"}
"""Those that clouds have for the API of OpenAI."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A path of an API whose requests are recorded."""

    input_of: Callable[[Mapping[str, Any]], Any]
    read: Reader
    read_chunk: Reader | None = None
    operation: str = "chat"
    inputs: frozenset[str] = frozenset({"messages"})
    """Fields of the body that are the input and no parameters."""


def request_of(
    endpoints: Mapping[str, Endpoint], library: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Request | None:
    """Return the `Request` of a call of `request`; None if its path is not a call of a model."""
    client = args[0]
    options = args[2] if len(args) > 2 else kwargs["options"]
    url = read(options, "url")
    endpoint = endpoints.get(url.partition("?")[0]) if isinstance(url, str) else None
    sent = read(options, "json_data")
    if endpoint is None or not isinstance(sent, dict) or options.method.lower() != "post":
        return None
    body = present({**sent, **(read(options, "extra_json") or {})})
    skipped = {"model", "stream", *endpoint.inputs}
    headers = options.headers
    return Request(
        _provider(str(read(client, "base_url")), library),
        body.get("model"),
        endpoint.input_of(body),
        endpoint.read,
        endpoint.read_chunk,
        endpoint.operation,
        {name: value for name, value in body.items() if name not in skipped},
        bool(kwargs.get("stream")),
        _take_raw if isinstance(headers, dict) and _RAW in headers else None,
    )


@lru_cache(maxsize=256)
def _provider(base_url: str, library: str) -> str:
    """Return the provider whose API is at a client's URL; the library's own one for hosts that are not known."""
    known = known_provider_of_url(base_url)
    if known is None:
        return library
    names = {**_PROVIDERS, **_PROVIDERS_OF_OPENAI} if library == "openai" else _PROVIDERS
    return names.get(known, known)


def _take_raw(call: ModelCall, raw: Any) -> Any:
    """Record a raw response, whose body the caller reads: as JSON, as bytes, or parsed to objects or a stream."""
    response = read(raw, "http_response") or raw
    if call.request.is_stream:
        override(raw, _parsing, call)
        override(response, closing, call)
    elif response.is_closed:
        _read_body(call, response)
        call.finish()
    else:
        override(response, _reading, call)
    return raw


def _read_body(call: ModelCall, response: Any) -> bool:
    """Record the body of a response; return False if it was not read."""
    try:
        content = response.content
    except Exception:
        return False
    with suppress(ValueError):  # no JSON
        call.request.read(call.reply, json.loads(content))
    return True


@cache
def _parsing(kind: Any) -> type:
    """Return a subclass of a raw response whose `parse` returns a recorded stream."""
    original = kind.parse

    def parse(self: Any, **kwargs: Any) -> Any:
        return watch(original(self, **kwargs), call_of(self))

    async def parse_async(self: Any, **kwargs: Any) -> Any:
        return watch(await original(self, **kwargs), call_of(self))

    return subclass(kind, {"parse": parse_async if iscoroutinefunction(original) else parse})


@cache
def _reading(kind: Any) -> type:
    """Return a subclass of an HTTP response that records the body when it is closed.

    It is closed at the end of the body, before the body is known, and again by the block of the caller.
    """
    original_close, original_aclose = kind.close, kind.aclose

    def close(self: Any) -> None:
        was_closed = self.is_closed
        try:
            original_close(self)
        finally:
            _at_close(self, was_closed=was_closed)

    async def aclose(self: Any) -> None:
        was_closed = self.is_closed
        try:
            await original_aclose(self)
        finally:
            _at_close(self, was_closed=was_closed)

    return subclass(kind, {"close": close, "aclose": aclose})


def _at_close(response: Any, *, was_closed: bool) -> None:
    call: ModelCall = call_of(response)
    with suppress(Exception):
        if _read_body(call, response) or was_closed or not response.is_stream_consumed:
            call.finish()
