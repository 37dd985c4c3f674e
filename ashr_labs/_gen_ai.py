"""Model calls as attributes of spans, by the GenAI conventions of OpenTelemetry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ._json import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["generation_attributes", "json_text", "named_provider", "provider_of"]

_PROVIDERS: Final = {
    "amazon.": "aws.bedrock",
    "anthropic.": "aws.bedrock",
    "chatgpt": "openai",
    "claude": "anthropic",
    "codestral": "mistral_ai",
    "command": "cohere",
    "deepseek": "deepseek",
    "gemini": "gcp.gemini",
    "gpt-": "openai",
    "grok": "x_ai",
    "magistral": "mistral_ai",
    "ministral": "mistral_ai",
    "mistral": "mistral_ai",
    "o1": "openai",
    "o3": "openai",
    "o4": "openai",
    "sonar": "perplexity",
    "text-embedding": "openai",
}
"""Providers by the prefixes of their models' names."""
_PROVIDER_NAMES: Final = ("gen_ai.provider.name", "gen_ai.system", "provider")
"""Keys of the metadata that may name the provider."""
_UNKNOWN_PROVIDER: Final = "_OTHER"


def generation_attributes(observation: Mapping[str, Any]) -> dict[str, str | float | None]:
    """Return the attributes of a generation; those that are not known are None."""
    usage = as_object(observation.get("usage")) or {}
    given, came = observation.get("input"), observation.get("output")
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider_of(observation),
        "gen_ai.request.model": observation.get("model"),
        "gen_ai.usage.input_tokens": usage.get("input_tokens"),
        "gen_ai.usage.cache_read.input_tokens": usage.get("cached_input_tokens"),
        "gen_ai.usage.cache_creation.input_tokens": usage.get("cache_write_input_tokens"),
        "gen_ai.usage.output_tokens": usage.get("output_tokens"),
        "gen_ai.usage.reasoning.output_tokens": usage.get("reasoning_output_tokens"),
        "gen_ai.usage.cost": usage.get("cost"),
        "gen_ai.input.messages": None if given is None else json.dumps(_messages(given, "user")),
        "gen_ai.output.messages": None if came is None else json.dumps(_messages(came, "assistant")),
    }


def provider_of(observation: Mapping[str, Any] | None) -> str:
    """Return the provider that the metadata of a generation names, or the one of its model."""
    if observation is None:
        return _UNKNOWN_PROVIDER
    model = str(observation.get("model") or "").lower().rpartition("/")[2]
    known = (provider for prefix, provider in _PROVIDERS.items() if model.startswith(prefix))
    return named_provider(observation) or next(known, _UNKNOWN_PROVIDER)


def named_provider(observation: Mapping[str, Any]) -> str | None:
    """Return the provider that the metadata of a generation names."""
    metadata = as_object(observation.get("metadata")) or {}
    return next((metadata[name] for name in _PROVIDER_NAMES if isinstance(metadata.get(name), str)), None)


def json_text(value: Any) -> str | None:
    """Return a string or None unchanged, and anything else as JSON."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _messages(value: Any, role: str) -> list[Any]:
    """Return messages in the format of the conventions: a role and parts."""
    messages = as_list(value)
    return [_message(one, role) for one in ([value] if messages is None else messages)]


def _message(value: Any, role: str) -> Mapping[str, Any]:
    message = as_object(value) or {"content": value}
    if "parts" in message:
        return message
    rest = {name: item for name, item in message.items() if name != "content"}
    return {"role": role, **rest, "parts": [{"type": "text", "content": json_text(message.get("content", rest))}]}
