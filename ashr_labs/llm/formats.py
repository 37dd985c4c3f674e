"""Request and response formats of OpenAI's, Anthropic's and Google's APIs. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import quote

from .._json import as_list, as_object
from .completion import Alternatives, attribute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .completion import Request

__all__ = ["ANTHROPIC", "GEMINI", "OPENAI", "Format"]

_ANTHROPIC_VERSION = "2023-06-01"
_ANTHROPIC_MAX_TOKENS = 4096
"""Anthropic's API requires a limit."""


class Format(Protocol):
    """The request and response format of an API."""

    base_url: str
    """Where the provider serves it."""

    def path(self, model: str) -> str:
        """Return the path below the base URL."""
        ...

    def headers(self, api_key: str) -> dict[str, str]:
        """Return the headers that carry the key."""
        ...

    def body(self, request: Request) -> dict[str, Any]:
        """Return the body of a request."""
        ...

    def text(self, response: object) -> str | None:
        """Return the text of a response, JSON or an object of the provider's SDK; None if it has none."""
        ...

    def alternatives(self, response: object) -> Sequence[Alternatives]:
        """Return the alternatives of the numbers in a response."""
        ...


class _OpenAI:
    base_url = "https://api.openai.com/v1"

    def path(self, model: str) -> str:
        return "/chat/completions"

    def headers(self, api_key: str) -> dict[str, str]:
        return {"authorization": f"Bearer {api_key}"}

    def body(self, request: Request) -> dict[str, Any]:
        body: dict[str, Any] = {"model": request.model, "messages": list(request.messages)}
        _add(body, temperature=request.temperature, max_tokens=request.max_tokens)
        if request.schema is not None:
            schema = {"name": request.schema.name, "strict": True, "schema": request.schema.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        if request.top_logprobs is not None:
            body |= {"logprobs": True, "top_logprobs": request.top_logprobs}
        return body

    def text(self, response: object) -> str | None:
        return _text(attribute(response, "choices", 0, "message", "content"))

    def alternatives(self, response: object) -> Sequence[Alternatives]:
        return [*_alternatives(as_list(attribute(response, "choices", 0, "logprobs", "content")) or ())]


class _Anthropic:
    base_url = "https://api.anthropic.com"

    def path(self, model: str) -> str:
        return "/v1/messages"

    def headers(self, api_key: str) -> dict[str, str]:
        return {"x-api-key": api_key, "anthropic-version": _ANTHROPIC_VERSION}

    def body(self, request: Request) -> dict[str, Any]:
        system, messages = _system_apart(request.messages)
        body: dict[str, Any] = {
            "model": request.model,
            "messages": messages,
            "max_tokens": request.max_tokens or _ANTHROPIC_MAX_TOKENS,
        }
        _add(body, system=system or None, temperature=request.temperature)
        if request.schema is not None:
            body["output_config"] = {"format": {"type": "json_schema", "schema": request.schema.schema}}
        return body

    def text(self, response: object) -> str | None:
        blocks = as_list(attribute(response, "content")) or ()
        return _text([block for block in blocks if attribute(block, "type") == "text"])

    def alternatives(self, response: object) -> Sequence[Alternatives]:
        return ()


class _Gemini:
    base_url = "https://generativelanguage.googleapis.com/v1beta"

    def path(self, model: str) -> str:
        return f"/models/{quote(model.removeprefix('models/'), safe='')}:generateContent"

    def headers(self, api_key: str) -> dict[str, str]:
        return {"x-goog-api-key": api_key}

    def body(self, request: Request) -> dict[str, Any]:
        system, messages = _system_apart(request.messages)
        options: dict[str, Any] = {}
        _add(options, temperature=request.temperature, maxOutputTokens=request.max_tokens)
        if request.schema is not None:
            options |= {"responseMimeType": "application/json", "responseSchema": _open_schema(request.schema.schema)}
        body: dict[str, Any] = {"contents": [_gemini_message(message) for message in messages]}
        _add(body, generationConfig=options, systemInstruction={"parts": [{"text": system}]} if system else None)
        return body

    def text(self, response: object) -> str | None:
        parts = as_list(attribute(response, "candidates", 0, "content", "parts")) or ()
        return _text([part for part in parts if not attribute(part, "thought")])

    def alternatives(self, response: object) -> Sequence[Alternatives]:
        return ()


OPENAI: Final[Format] = _OpenAI()
"""Chat Completions, also of the many servers that copy them."""
ANTHROPIC: Final[Format] = _Anthropic()
"""Messages."""
GEMINI: Final[Format] = _Gemini()
"""generateContent."""


def _add(target: dict[str, Any], **options: object) -> None:
    target.update({name: value for name, value in options.items() if value is not None})


def _text(content: object) -> str | None:
    """Return a string, or the joined texts of content blocks."""
    if isinstance(content, str):
        return content
    texts = [attribute(block, "text") for block in as_list(content) or ()]
    found = [text for text in texts if isinstance(text, str)]
    return "".join(found) if found else None


def _alternatives(tokens: Sequence[object]) -> Iterator[Alternatives]:
    """Yield the alternatives of the tokens that are numbers; positions are in bytes, as tokens may split characters."""
    offset = 0
    for one in tokens:
        token = attribute(one, "token")
        if not isinstance(token, str):
            return
        if token.strip().isdecimal():
            known = _probabilities(as_list(attribute(one, "top_logprobs")) or ())
            yield Alternatives(offset + len(token) - len(token.lstrip()), known)
        offset += len(as_list(attribute(one, "bytes")) or token.encode("utf-8", "surrogatepass"))


def _probabilities(tokens: Sequence[object]) -> dict[str, float]:
    """Return the probabilities of tokens, added up for those that differ in white space only."""
    found: dict[str, float] = {}
    for one in tokens:
        token, logprob = attribute(one, "token"), attribute(one, "logprob")
        if isinstance(token, str) and isinstance(logprob, int | float) and logprob <= 0:
            found[token.strip()] = found.get(token.strip(), 0.0) + math.exp(logprob)
    return found


def _system_apart(messages: Sequence[Mapping[str, Any]]) -> tuple[str, list[Mapping[str, Any]]]:
    system = "\n".join(str(message.get("content")) for message in messages if message.get("role") == "system")
    return system, [message for message in messages if message.get("role") != "system"]


def _gemini_message(message: Mapping[str, Any]) -> dict[str, Any]:
    role = "model" if message.get("role") == "assistant" else "user"
    return {"role": role, "parts": [{"text": message.get("content")}]}


def _open_schema(schema: Any) -> Any:
    """Return a schema without `additionalProperties`, which Google's subset of JSON Schema does not have."""
    fields = as_object(schema)
    if fields is not None:
        return {name: _open_schema(value) for name, value in fields.items() if name != "additionalProperties"}
    items = as_list(schema)
    return schema if items is None else [_open_schema(item) for item in items]
