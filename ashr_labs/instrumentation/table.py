"""The table of recorded libraries: their supported versions, and the functions whose calls are model calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LIBRARIES", "Function", "Library"]


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method of a library."""

    owner: str
    """Its module or class, as `module` or `module:Class`; after a `|`, where older versions have it."""
    name: str
    """Its name; after a `|`, its name where this one does not exist."""
    describe: str
    """Our function that reads its arguments, as `module:function` of this package."""


@dataclass(frozen=True, slots=True)
class Library:
    """A library whose calls can be recorded."""

    name: str
    """The label."""
    module: str
    """The module whose import makes its functions available; after a `|`, that of older versions."""
    versions: tuple[str, str]
    """The lowest supported version, and the first one that is not supported."""
    functions: tuple[Function, ...] = ()
    clients: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Classes of clients that `wrap` takes, and the attributes that hold the objects with the functions; an empty
    attribute is the client itself."""
    install: str | None = None
    """Our function that uses an extension point of the library, as `module:function` of this package, in place of
    `functions`; it returns the function that undoes it."""
    distribution: str | None = None
    """The name of its distribution, if it is not the label."""


def _with_request(name: str, versions: tuple[str, str]) -> Library:
    """Return a library whose clients send everything by `request`, whichever method is called."""
    clients = (f"{name}._base_client:SyncAPIClient", f"{name}._base_client:AsyncAPIClient")
    functions = tuple(Function(owner, "request", f"{name}_calls:request") for owner in clients)
    return Library(name, name, versions, functions, dict.fromkeys(clients, ("",)))


def _with_extension(
    name: str, module: str, versions: tuple[str, str], ours: str, distribution: str | None = None
) -> Library:
    """Return a library that is recorded by a module of this package, mostly at an extension point of the library."""
    return Library(name, module, versions, install=f"{ours}:install", distribution=distribution)


_MISTRAL_CHAT: Final = "mistralai.client.chat:Chat|mistralai.chat:Chat"
_MISTRAL_EMBEDDINGS: Final = "mistralai.client.embeddings:Embeddings|mistralai.embeddings:Embeddings"
_LITELLM: Final = ("completion", "acompletion", "responses", "aresponses", "embedding", "aembedding")

LIBRARIES: Final = (
    _with_request("openai", ("1.66", "4")),
    _with_request("anthropic", ("0.50", "3")),
    Library(
        "mistral",
        "mistralai.client|mistralai",  # which is a namespace now
        ("1.5", "4"),
        (
            *(Function(_MISTRAL_CHAT, name, "mistral_calls:complete") for name in ("complete", "complete_async")),
            *(Function(_MISTRAL_CHAT, name, "mistral_calls:stream") for name in ("stream", "stream_async")),
            *(Function(_MISTRAL_EMBEDDINGS, name, "mistral_calls:embed") for name in ("create", "create_async")),
        ),
        {"mistralai.client:Mistral|mistralai:Mistral": ("chat", "embeddings")},
        distribution="mistralai",
    ),
    Library(
        "google-genai",
        "google.genai",
        ("1.10", "4"),
        tuple(
            Function(f"google.genai.models:{owner}", name, f"google_calls:{describe}")
            for owner in ("Models", "AsyncModels")
            # The private ones are called once for each request, the public ones once for several: they call tools.
            for name, describe in (
                ("_generate_content|generate_content", "generate"),
                ("_generate_content_stream|generate_content_stream", "stream"),
                ("embed_content", "embed"),
            )
        ),
        {"google.genai.client:Client": ("models", "aio.models"), "google.genai.client:AsyncClient": ("models",)},
    ),
    Library(
        "litellm",
        "litellm",
        ("1.75", "2"),
        tuple(Function("litellm", name, f"litellm_calls:{name.removeprefix('a')}") for name in _LITELLM),
    ),
    _with_extension("claude-agent-sdk", "claude_agent_sdk", ("0.1", "1"), "claude_agent_messages"),
    _with_extension("dspy", "dspy", ("2.6.27", "4"), "dspy_callbacks"),
    _with_extension("langchain", "langchain_core", ("0.3.29", "2"), "langchain_callbacks", "langchain-core"),
    _with_extension("openai-agents", "agents", ("0.1", "1"), "openai_agents_spans"),
    _with_extension("pydantic-ai", "pydantic_ai", ("1", "3"), "pydantic_ai_spans", "pydantic-ai-slim"),
    _with_extension("mcp", "mcp", ("1.10", "3"), "mcp_sessions"),
)
"""In this order, `auto_instrument` names them."""
