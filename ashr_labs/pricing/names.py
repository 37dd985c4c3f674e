"""Names of models: the places in which a price table is searched for a name as programs write it.

The rules, in their order; each one adds a place and removes none, so an exact name always comes first:

1. Case and surrounding blanks do not count.
2. A provider before a slash, `openai/gpt-4o`, counts as the provider. So do the paths of Vertex AI
   (`publishers/google/models/...`), Gemini (`models/...`) and Bedrock (`arn:aws:bedrock:...`).
3. `ft:BASE:organization:...` is `ft:BASE`: a tuned model has prices of its own.
4. `@20250929`, as Vertex AI writes a date, is `-20250929`.
5. Bedrock's region, version and maker are left out: `us.anthropic.claude-haiku-4-5-20251001-v1:0`.
6. Versions of Claude are written with a hyphen: `claude-sonnet-4.5`.
7. A date or `latest` at the end is left out, and the revision of a Gemini model, `gemini-2.0-flash-001`.

A name without a provider belongs to the one that made the model; hosts of open models have to be named.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, TypeAlias
from urllib.parse import urlsplit

__all__ = ["Place", "known_provider_of_url", "places", "provider_of_url"]

_MAKERS = (
    "openai", "anthropic", "google", "mistral", "deepseek", "x-ai", "cohere", "perplexity", "moonshotai", "zai",
    "minimax", "voyageai", "meta",
)  # fmt: skip
_RESOLD: dict[str, tuple[str, ...]] = {
    "aws": ("anthropic",),
    "azure": ("openai", "anthropic", "deepseek", "x-ai", "mistral", "cohere"),
    "google": ("anthropic",),
    "litellm": _MAKERS,
    "openrouter": _MAKERS,
}
"""Clouds and gateways, and the makers whose models they sell at the makers' prices."""
_HOSTS = (
    "baseten", "cerebras", "cloudflare", "databricks", "fireworks", "github-copilot", "groq", "novita", "together",
)  # fmt: skip
_OTHER_NAMES = {
    "aws": "amazon amazon-bedrock aws.bedrock aws_bedrock bedrock bedrock_converse",
    "azure": "az.ai.inference az.ai.openai azure.ai.inference azure.ai.openai azure_ai azure_openai azure-openai",
    "cohere": "cohere_chat",
    "fireworks": "fireworks_ai fireworks-ai",
    "google": "gcp.gemini gcp.gen_ai gcp.vertex_ai gemini google-genai google_genai google_vertexai vertex vertex_ai "
    "vertexai",
    "litellm": "litellm_proxy",
    "mistral": "mistral_ai mistralai",
    "moonshotai": "moonshot moonshot_ai",
    "together": "together_ai together-ai togetherai",
    "voyageai": "voyage",
    "x-ai": "x_ai xai",
    "zai": "z-ai z.ai",
}
_PROVIDERS = {
    **{name: name for name in (*_MAKERS, *_RESOLD, *_HOSTS)},
    **{other: name for name, others in _OTHER_NAMES.items() for other in others.split()},
}

_URLS = {
    "aiplatform.googleapis.com": "google",
    "amazonaws.com": "aws",
    "api.anthropic.com": "anthropic",
    "api.cerebras.ai": "cerebras",
    "api.cohere.com": "cohere",
    "api.deepseek.com": "deepseek",
    "api.fireworks.ai": "fireworks",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral",
    "api.moonshot.ai": "moonshotai",
    "api.openai.com": "openai",
    "api.perplexity.ai": "perplexity",
    "api.together.ai": "together",
    "api.together.xyz": "together",
    "api.x.ai": "x-ai",
    "azure.com": "azure",
    "generativelanguage.googleapis.com": "google",
    "openrouter.ai": "openrouter",
}
"""Providers by the ends of their hosts."""

_VENDOR = r"(?:ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshot|nvidia|openai|qwen|writer)"
_BEDROCK = re.compile(rf"(?:[a-z-]+\.)?{_VENDOR}\.|arn:aws")
_VERTEX = re.compile(r"(?:projects/.*)?publishers/[^/]+/models/|models/")
_DATE = r"20\d\d-[01]\d-[0-3]\d|20\d\d[01]\d[0-3]\d"
_Rules: TypeAlias = "tuple[tuple[re.Pattern[str], str], ...]"

_BEGINNINGS: _Rules = (
    (re.compile(rf"[a-z-]+\.({_VENDOR}\..+)"), r"\1"),
    (re.compile(rf"{_VENDOR}\.(.+)"), r"\1"),
)
_ENDS: _Rules = (
    (re.compile(r"(ft:[^:]+):.*"), r"\1"),
    (re.compile(r"(.+)@(?:latest|default)"), r"\1"),
    (re.compile(r"(.+)@(\d{8})"), r"\1-\2"),
    (re.compile(rf"((?:.+\.)?{_VENDOR}\..+|claude-.+)-v\d(?::\d)?"), r"\1"),
    (re.compile(r"(claude-.*\d)\.(\d.*)"), r"\1-\2"),
    (re.compile(rf"(.+)-(?:{_DATE}|latest)"), r"\1"),
    (re.compile(r"(gemini-.+)-0\d\d|(claude-.+)-v\d"), r"\1\2"),
)
"""Patterns of whole names with their replacements: those of the beginning, and with each of these those of the end."""


class Place(NamedTuple):
    """Where a price may stand."""

    provider: str | None
    name: str


@lru_cache(maxsize=4096)
def places(model: str, provider: str | None = None) -> tuple[Place, ...]:
    """Return the places of a model's price, the most specific one first.

    >>> [place.name for place in places("vertex_ai/claude-haiku-4-5@20251001")][-1]
    'claude-haiku-4-5'
    """
    given = provider.strip().lower() if provider else None
    found = [_PROVIDERS.get(given, given) if given else None]
    name = model.strip().lower()
    texts = [(found[0], name)]
    while (inner := _inside(*texts[-1])) is not None:
        texts.append(inner)
    outer = [Place(*text) for text in texts[:-1]]
    sellers = _sellers(texts[-1][0])
    inner_places = [Place(seller, variant) for variant in _variants(texts[-1][1]) for seller in sellers]
    return tuple(dict.fromkeys([*outer, *inner_places]))


def provider_of_url(url: str) -> str:
    """Return the provider whose API is at a URL; the host itself if that is not known.

    >>> provider_of_url("https://api.groq.com/openai/v1"), provider_of_url("http://localhost:8000/v1")
    ('groq', 'localhost')
    """
    host = _host(url)
    return _provider_of_host(host) or host


def known_provider_of_url(url: str) -> str | None:
    """Return the provider whose API is at a URL; None if its host is not one of those that are known.

    >>> known_provider_of_url("https://api.groq.com/openai/v1"), known_provider_of_url("http://localhost:8000/v1")
    ('groq', None)
    """
    return _provider_of_host(_host(url))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def _provider_of_host(host: str) -> str | None:
    return next((name for end, name in _URLS.items() if f".{host}".endswith((f".{end}", f"-{end}"))), None)


def _inside(provider: str | None, name: str) -> tuple[str | None, str] | None:
    """Return the provider and the name that stand in a name; None if it is only a name."""
    if (path := _VERTEX.match(name)) is not None:
        return (provider or "google"), name[path.end() :]
    if provider == "aws" or _BEDROCK.match(name):
        inner = "aws", name.rpartition("/")[2]
        return None if inner == (provider, name) else inner
    first, slash, rest = name.partition("/")
    is_host = provider is not None and provider not in _RESOLD and provider not in _MAKERS
    if not slash or first not in _PROVIDERS or is_host:
        return None
    return _PROVIDERS[first], rest


def _sellers(provider: str | None) -> tuple[str | None, ...]:
    """Return the providers whose prices count for one; None stands for prices of any provider."""
    if provider is None:
        return (None, *_MAKERS)
    return (provider, *_RESOLD.get(provider, ()))


def _variants(name: str) -> list[str]:
    return [variant for beginning in _rewritten(name, _BEGINNINGS) for variant in _rewritten(beginning, _ENDS)]


def _rewritten(name: str, rules: _Rules) -> list[str]:
    """Return a name, and what each rule in turn makes of it."""
    names = [name]
    for looks, rewritten in rules:
        if (match := looks.fullmatch(names[-1])) is not None:
            names.append(match.expand(rewritten))
    return names
