"""The same calls through the libraries of several providers, for tests of what is recorded of them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from inspect import iscoroutinefunction
from typing import Any

from support.providers import ProviderServer

QUESTION = "What is it?"
MESSAGES: Any = [{"role": "user", "content": QUESTION}]

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # without it, the library asks GitHub for prices


@dataclass(frozen=True)
class Library:
    """One API of a library: how to make its client, and how to call it."""

    name: str
    label: str
    """Its name for `auto_instrument`."""
    client: Callable[[ProviderServer], Any]
    """Makes a synchronous client."""
    ask: Callable[..., Any]
    """Asks the question; further arguments are parameters."""
    stream: Callable[..., Any]
    """Asks for a stream: an iterable, perhaps a context manager, too."""
    ask_async: Callable[..., Any]
    stream_async: Callable[..., Any]
    client_async: Callable[[ProviderServer], Any] | None = None
    """Makes an asynchronous client, if it is another one."""
    embed: Callable[[Any], Any] | None = None
    provider: str | None = None
    model: str = "gpt-5"
    wraps: bool = True
    """Whether clients can be wrapped."""
    counts: dict[str, int] = field(default_factory=dict)
    """The expected tokens by kind."""
    counts_in_stream: bool = True
    """Whether streams have the counts without being asked."""
    several: dict[str, Any] | None = None
    """The parameters that ask for two choices; None if it has one."""
    needs_counts: bool = False
    """Whether the library refuses an answer without counts."""
    estimates_counts: bool = False
    """Whether the library counts the tokens of a stream itself if the provider does not."""
    parameter: tuple[str, Any] = ("temperature", 0.5)
    call_ids: bool = True
    """Whether tool calls have ids."""

    @property
    def embeds(self) -> bool:
        return self.embed is not None


COUNTS = {"input_tokens": 11, "cached_input_tokens": 4, "output_tokens": 7, "reasoning_output_tokens": 2}


def _openai(server: ProviderServer) -> Any:
    import openai

    return openai.OpenAI(api_key="k", base_url=server.openai_url, max_retries=0)


def _async_openai(server: ProviderServer) -> Any:
    import openai

    return openai.AsyncOpenAI(api_key="k", base_url=server.openai_url, max_retries=0)


def _azure(server: ProviderServer) -> Any:
    import openai

    return openai.AzureOpenAI(api_key="k", azure_endpoint=server.url, api_version="2026-01-01", max_retries=0)


def _async_azure(server: ProviderServer) -> Any:
    import openai

    return openai.AsyncAzureOpenAI(api_key="k", azure_endpoint=server.url, api_version="2026-01-01", max_retries=0)


def _chat(client: Any, **more: Any) -> Any:
    return client.chat.completions.create(model="gpt-5", messages=MESSAGES, **more)


def _responses(client: Any, **more: Any) -> Any:
    return client.responses.create(model="gpt-5", input=MESSAGES, **more)


def _embeddings(client: Any) -> Any:
    return client.embeddings.create(model="embedder", input=["a", "b"])


def _streamed(ask: Callable[..., Any]) -> Callable[..., Any]:
    return lambda client, **more: ask(client, stream=True, **more)


def _anthropic(server: ProviderServer) -> Any:
    import anthropic

    return anthropic.Anthropic(api_key="k", base_url=server.url, max_retries=0)


def _async_anthropic(server: ProviderServer) -> Any:
    import anthropic

    return anthropic.AsyncAnthropic(api_key="k", base_url=server.url, max_retries=0)


def _messages(client: Any, **more: Any) -> Any:
    return client.messages.create(model="claude-test", max_tokens=50, messages=MESSAGES, **more)


def _beta_messages(client: Any, **more: Any) -> Any:
    return client.beta.messages.create(model="claude-test", max_tokens=50, messages=MESSAGES, **more)


def _mistral(server: ProviderServer) -> Any:
    module = import_module("mistralai.client")
    if not hasattr(module, "Mistral"):  # an older version
        module = import_module("mistralai")
    return module.Mistral(api_key="k", server_url=server.url)


def _google(server: ProviderServer) -> Any:
    genai = import_module("google.genai")
    return genai.Client(api_key="k", http_options=genai.types.HttpOptions(base_url=server.url))


def _google_call(method: Callable[..., Any], **more: Any) -> Any:
    return method(model="gemini-2.5-pro", contents=QUESTION, config=more or None)


def _litellm(server: ProviderServer) -> Any:
    litellm = import_module("litellm")

    class Client:
        def __init__(self) -> None:
            self.common = {"api_base": server.openai_url, "api_key": "k", "num_retries": 0}

        def call(self, name: str, *args: Any, **more: Any) -> Any:
            return getattr(litellm, name)(*args, **self.common, **more)

    return Client()


LIBRARIES = [
    Library(
        "openai-chat",
        "openai",
        _openai,
        _chat,
        _streamed(_chat),
        _chat,
        _streamed(_chat),
        _async_openai,
        _embeddings,
        "openai",
        counts=COUNTS,
        counts_in_stream=False,
        several={"n": 2},
    ),
    Library(
        "openai-responses",
        "openai",
        _openai,
        _responses,
        _streamed(_responses),
        _responses,
        _streamed(_responses),
        _async_openai,
        None,
        "openai",
        counts=COUNTS,
    ),
    Library(
        "azure",
        "openai",
        _azure,
        _chat,
        _streamed(_chat),
        _chat,
        _streamed(_chat),
        _async_azure,
        _embeddings,
        "openai",
        counts=COUNTS,
        counts_in_stream=False,
        several={"n": 2},
    ),
    Library(
        "anthropic",
        "anthropic",
        _anthropic,
        _messages,
        _streamed(_messages),
        _messages,
        _streamed(_messages),
        _async_anthropic,
        None,
        "anthropic",
        "claude-test",
        counts={"input_tokens": 11, "cached_input_tokens": 4, "cache_write_input_tokens": 0, "output_tokens": 7},
        parameter=("stop_sequences", ["END"]),
    ),
    Library(
        "anthropic-beta",
        "anthropic",
        _anthropic,
        _beta_messages,
        _streamed(_beta_messages),
        _beta_messages,
        _streamed(_beta_messages),
        _async_anthropic,
        None,
        "anthropic",
        "claude-test",
        counts={"input_tokens": 11, "cached_input_tokens": 4, "cache_write_input_tokens": 0, "output_tokens": 7},
        parameter=("stop_sequences", ["END"]),
    ),
    Library(
        "mistral",
        "mistral",
        _mistral,
        lambda client, **more: client.chat.complete(model="mistral-small", messages=MESSAGES, **more),
        lambda client, **more: client.chat.stream(model="mistral-small", messages=MESSAGES, **more),
        lambda client, **more: client.chat.complete_async(model="mistral-small", messages=MESSAGES, **more),
        lambda client, **more: client.chat.stream_async(model="mistral-small", messages=MESSAGES, **more),
        None,
        lambda client: client.embeddings.create(model="embedder", inputs=["a", "b"]),
        "mistral_ai",
        "mistral-small",
        counts={"input_tokens": 11, "output_tokens": 7},
        several={"n": 2},
        needs_counts=True,
    ),
    Library(
        "google-genai",
        "google-genai",
        _google,
        lambda client, **more: _google_call(client.models.generate_content, **more),
        lambda client, **more: _google_call(client.models.generate_content_stream, **more),
        lambda client, **more: _google_call(client.aio.models.generate_content, **more),
        lambda client, **more: _google_call(client.aio.models.generate_content_stream, **more),
        None,
        lambda client: client.models.embed_content(model="embedder", contents=["a", "b"]),
        "gcp.gemini",
        "gemini-2.5-pro",
        counts=COUNTS,
        several={"candidate_count": 2},
        call_ids=False,
    ),
    Library(
        "litellm",
        "litellm",
        _litellm,
        lambda client, **more: client.call("completion", "openai/gpt-5", MESSAGES, **more),
        lambda client, **more: client.call("completion", "openai/gpt-5", MESSAGES, stream=True, **more),
        lambda client, **more: client.call("acompletion", "openai/gpt-5", MESSAGES, **more),
        lambda client, **more: client.call("acompletion", "openai/gpt-5", MESSAGES, stream=True, **more),
        None,
        lambda client: client.call("embedding", "openai/embedder", ["a", "b"]),
        None,
        "openai/gpt-5",
        wraps=False,
        counts=COUNTS,
        parameter=("max_completion_tokens", 50),
        counts_in_stream=False,
        several={"n": 2},
    ),
    Library(
        "litellm-responses",
        "litellm",
        _litellm,
        lambda client, **more: client.call("responses", input=MESSAGES, model="openai/gpt-5", **more),
        lambda client, **more: client.call("responses", input=MESSAGES, model="openai/gpt-5", stream=True, **more),
        lambda client, **more: client.call("aresponses", input=MESSAGES, model="openai/gpt-5", **more),
        lambda client, **more: client.call("aresponses", input=MESSAGES, model="openai/gpt-5", stream=True, **more),
        None,
        None,
        None,
        "openai/gpt-5",
        wraps=False,
        counts=COUNTS,
        estimates_counts=True,
        parameter=("max_output_tokens", 50),
    ),
]

_MODULES = {"mistral": "mistralai", "google-genai": "google.genai"}


def _is_installed(label: str) -> bool:
    module = _MODULES.get(label, label)
    parent = module.partition(".")[0]
    return find_spec(parent) is not None and find_spec(module) is not None


INSTALLED = [one for one in LIBRARIES if _is_installed(one.label)]
"""Those of this environment; `test_instrumentation_versions.py` makes environments for all."""


@contextmanager
def closing(stream: Any) -> Iterator[Any]:
    """Leave a stream as programs do: by its block, its `close`, or by forgetting it."""
    if hasattr(stream, "__enter__"):
        with stream as entered:
            yield entered
        return
    try:
        yield stream
    finally:
        if hasattr(stream, "close"):
            stream.close()


@asynccontextmanager
async def aclosing(stream: Any) -> AsyncIterator[Any]:
    """Leave an asynchronous stream as programs do."""
    if hasattr(stream, "__aenter__"):
        async with stream as entered:
            yield entered
        return
    try:
        yield stream
    finally:
        if hasattr(stream, "aclose"):
            await stream.aclose()


async def close(client: Any) -> None:
    """Close an asynchronous client that can be closed."""
    if iscoroutinefunction(getattr(client, "close", None)):
        await client.close()


def close_now(client: Any) -> None:
    """Close a synchronous client that can be closed."""
    if hasattr(client, "close") and not iscoroutinefunction(client.close):
        client.close()
