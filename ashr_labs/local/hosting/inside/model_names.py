"""Names of models: which API serves one, where, and which variables have its key. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["APIS", "ModelChoice", "chosen"]


class API(NamedTuple):
    """An API of language models."""

    base_url: str
    """Where the provider serves it."""
    key: str
    """The variable with the key."""
    url: str
    """The variable with another base URL."""


APIS = {
    "anthropic": API("https://api.anthropic.com", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
    "openai": API("https://api.openai.com/v1", "OPENAI_API_KEY", "OPENAI_BASE_URL"),
}
"""Anthropic's Messages, and OpenAI's Chat Completions with everything that copies them."""


class ModelChoice(NamedTuple):
    """A model, and the API that serves it."""

    api: str
    """`anthropic` or `openai`."""
    name: str
    base_url: str

    def record(self) -> dict[str, Any]:
        """Return the choice as JSON."""
        return dict(self._asdict())


def chosen(name: str, base_url: str = "", environment: Mapping[str, str] | None = None) -> ModelChoice:
    """Return the API of a model.

    Args:
        name: Its name, perhaps with `anthropic:` or `openai:` before it. Without that, names that begin with `claude`
            are Anthropic's.
        base_url: Where its API is; empty for the provider's.
        environment: Variables, which may have another base URL; it takes precedence.

    >>> chosen("claude-sonnet-4-5").api, chosen("openai:claude-like").api, chosen("gpt-5").base_url
    ('anthropic', 'openai', 'https://api.openai.com/v1')
    """
    prefix, _, rest = name.partition(":")
    api, model = (prefix, rest) if prefix in APIS and rest else ("", name)
    api = api or ("anthropic" if model.startswith("claude") else "openai")
    given = "" if environment is None else environment.get(APIS[api].url, "")
    return ModelChoice(api, model, (given or base_url or APIS[api].base_url).rstrip("/"))
