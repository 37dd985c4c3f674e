"""Recorded calls of language models, by the names of `polarity_keystone.wrap`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ..instrumentation import auto_instrument
from ..instrumentation import wrap as _wrap

if TYPE_CHECKING:
    from typing import Unpack

    from .client import Keystone, LLMCall

__all__ = [
    "record_llm_call",
    "wrap_anthropic",
    "wrap_claude_agent_sdk",
    "wrap_client",
    "wrap_google_genai",
    "wrap_mistral",
    "wrap_openai",
]

T = TypeVar("T")


def wrap_client(client: T, sandbox_id: str, http: Keystone) -> T:
    """Record the calls of a client of a language model; return the same client.

    Args:
        client: A client of OpenAI, Anthropic, Mistral or Google GenAI.
        sandbox_id: The sandbox that the calls belong to; without one the owner of the key.
        http: The `Keystone` client that delivers them.

    Raises:
        TypeError: It is not such a client.
    """
    return http.wrap(client, sandbox_id, tracing=False, auto_instrument=False)


def _named(client: T, keystone: Keystone | None, sandbox_id: str) -> T:
    if keystone is None:
        return _wrap(client)
    return wrap_client(client, sandbox_id, keystone)


def wrap_openai(client: T, *, keystone: Keystone | None = None, sandbox_id: str = "") -> T:
    """Record the calls of an OpenAI client; return the same client.

    Args:
        client: The client.
        keystone: Delivers the calls; defaults to the client whose `init_tracing()` was called.
        sandbox_id: The sandbox that they belong to.

    Raises:
        TypeError: It is not a client of a supported library.
    """
    return _named(client, keystone, sandbox_id)


def wrap_anthropic(client: T, *, keystone: Keystone | None = None, sandbox_id: str = "") -> T:
    """Record the calls of an Anthropic client; see `wrap_openai`."""
    return _named(client, keystone, sandbox_id)


def wrap_mistral(client: T, *, keystone: Keystone | None = None, sandbox_id: str = "") -> T:
    """Record the calls of a Mistral client; see `wrap_openai`."""
    return _named(client, keystone, sandbox_id)


def wrap_google_genai(client: T, *, keystone: Keystone | None = None, sandbox_id: str = "") -> T:
    """Record the calls of a Google GenAI client; see `wrap_openai`."""
    return _named(client, keystone, sandbox_id)


def wrap_claude_agent_sdk(module: T, *, keystone: Keystone | None = None, sandbox_id: str = "") -> T:
    """Record the calls of the Claude Agent SDK, `wrap_claude_agent_sdk(claude_agent_sdk)`; return the module.

    Args:
        module: The module `claude_agent_sdk`.
        keystone: Delivers the calls; defaults to the client whose `init_tracing()` was called.
        sandbox_id: The sandbox that they belong to.

    Raises:
        TypeError: It is not the module.
        ConfigurationError: Its version is not supported.
    """
    if getattr(module, "__name__", None) != "claude_agent_sdk":
        raise TypeError(f"`module` must be the module claude_agent_sdk, got {type(module).__name__}")
    if keystone is not None:
        keystone.init_tracing(sandbox_id)
    auto_instrument("claude-agent-sdk")
    return module


def record_llm_call(
    http: Keystone,
    default_sandbox_id: str,
    *,
    sandbox_id: str | None = None,
    **call: Unpack[LLMCall],
) -> None:
    """Record a call of a language model that has ended; see `Keystone.record_llm_call()`."""
    http.record_llm_call(sandbox_id=default_sandbox_id if sandbox_id is None else sandbox_id, **call)
