"""Requests and responses of OpenAI's, Anthropic's and Google's APIs, for servers on loopback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from ashr_labs.llm import ModelClient, anthropic_client, gemini_client, openai_client

KEY = "sk-secret-of-the-model"
MESSAGES: list[dict[str, Any]] = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
_USER = MESSAGES[1:]
_PROPERTIES = {"type": "object", "properties": {"ok": {"type": "boolean"}}}
_SCHEMA = {**_PROPERTIES, "additionalProperties": False}


@dataclass(frozen=True)
class Provider:
    """The API of a provider."""

    name: str
    make: Callable[..., ModelClient]
    path: str
    key_header: tuple[str, str]
    body: dict[str, Any]
    """The body that is sent for `MESSAGES` with a limit of 7 tokens and a schema."""
    reply: Callable[[str], dict[str, Any]]
    extra: dict[str, Any]
    """The fields that real responses have in addition, which the SDK requires."""

    def client(self, url: str, **options: Any) -> ModelClient:
        return self.make("m", base_url=url, api_key=KEY, **options)

    def sdk_reply(self, text: str) -> dict[str, Any]:
        return {**self.reply(text), **self.extra}


def _openai_reply(text: str) -> dict[str, Any]:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
    return {"model": "m-2026", "choices": [choice], "usage": {"prompt_tokens": 11, "completion_tokens": 3}}


def _anthropic_reply(text: str) -> dict[str, Any]:
    blocks = [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": text}]
    return {"model": "m-2026", "content": blocks, "usage": {"input_tokens": 11, "output_tokens": 3}}


def _gemini_reply(text: str) -> dict[str, Any]:
    parts = [{"text": "hm", "thought": True}, {"text": text}]
    return {
        "modelVersion": "m-2026",
        "candidates": [{"content": {"role": "model", "parts": parts}}],
        "usageMetadata": {"promptTokenCount": 11, "candidatesTokenCount": 3},
    }


openai = Provider(
    "openai",
    openai_client,
    "/chat/completions",
    ("authorization", f"Bearer {KEY}"),
    {
        "model": "m",
        "messages": MESSAGES,
        "temperature": 0.0,
        "max_tokens": 7,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "verdict", "strict": True, "schema": _SCHEMA},
        },
    },
    _openai_reply,
    {"id": "c-1", "object": "chat.completion", "created": 1},
)
anthropic = Provider(
    "anthropic",
    anthropic_client,
    "/v1/messages",
    ("x-api-key", KEY),
    {
        "model": "m",
        "messages": _USER,
        "system": "Be brief.",
        "temperature": 0.0,
        "max_tokens": 7,
        "output_config": {"format": {"type": "json_schema", "schema": _SCHEMA}},
    },
    _anthropic_reply,
    {"id": "msg-1", "type": "message", "role": "assistant", "stop_reason": "end_turn", "stop_sequence": None},
)
gemini = Provider(
    "gemini",
    gemini_client,
    "/models/m:generateContent",
    ("x-goog-api-key", KEY),
    {
        "contents": [{"role": "user", "parts": [{"text": "Hello"}]}],
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "generationConfig": {
            "temperature": 0.0,
            "maxOutputTokens": 7,
            "responseMimeType": "application/json",
            "responseSchema": _PROPERTIES,
        },
    },
    _gemini_reply,
    {},
)
providers = [pytest.param(one, id=one.name) for one in (openai, anthropic, gemini)]
