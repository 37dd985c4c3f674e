"""Make clients of language models: for an API, for an object of the user, and from the environment."""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypedDict
from weakref import WeakValueDictionary

from .._environment import warn_once
from ..errors import ConfigurationError
from .backends import http_backend
from .cache import CompletionCache
from .client import MODEL_VARIABLE, ModelClient
from .formats import ANTHROPIC, GEMINI, OPENAI
from .objects import object_backend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Unpack

    from .._retry import Backoff
    from .client import Clock

__all__ = [
    "ClientOptions",
    "anthropic_client",
    "as_llm_client",
    "client_from_env",
    "default_llm_client",
    "gemini_client",
    "openai_client",
    "set_default_llm_client",
]

_NO_CLIENT: Final = (
    "no language model is configured; set ASHR_JUDGE_MODEL, or call ashr_labs.llm.set_default_llm_client()"
)


class ClientOptions(TypedDict, total=False):
    """The options of `ModelClient`."""

    timeout: float
    retries: int
    max_concurrency: int
    cache: CompletionCache | None
    price: Callable[[str, Mapping[str, Any]], float | None] | None
    backoff: Backoff
    clock: Clock | None


def openai_client(
    model: str, *, base_url: str | None = None, api_key: str | None = None, **options: Unpack[ClientOptions]
) -> ModelClient:
    """Return a client of OpenAI's Chat Completions, or of a server that copies them.

    Args:
        model: The name of the model.
        base_url: The URL before `/chat/completions`; defaults to OpenAI's.
        api_key: The key; servers without keys need none.
        **options: See `ModelClient`. Replies are cached in memory by default.

    Raises:
        ConfigurationError: An option is malformed.
    """
    return ModelClient(http_backend(OPENAI, model, base_url, api_key), **_cached(options))


def anthropic_client(
    model: str, *, api_key: str, base_url: str | None = None, **options: Unpack[ClientOptions]
) -> ModelClient:
    """Return a client of Anthropic's Messages; see `openai_client()`."""
    return ModelClient(http_backend(ANTHROPIC, model, base_url, api_key), **_cached(options))


def gemini_client(
    model: str, *, api_key: str, base_url: str | None = None, **options: Unpack[ClientOptions]
) -> ModelClient:
    """Return a client of the Gemini API; see `openai_client()`."""
    return ModelClient(http_backend(GEMINI, model, base_url, api_key), **_cached(options))


_adapted: WeakValueDictionary[int, ModelClient] = WeakValueDictionary()
"""The clients of `as_llm_client()` by the id of their object, so that one object has one limit and one tally."""


def as_llm_client(given: object, *, model: str | None = None, **options: Unpack[ClientOptions]) -> ModelClient:
    """Return a client that calls an object.

    Supported are `ModelClient`, the synchronous clients of OpenAI's and Anthropic's SDKs and of what copies them,
    objects with `complete(messages, *, model, temperature, max_tokens) -> str`, and functions of a prompt, or of
    messages if the first parameter has that name, that return the reply.

    The same object gives the same client, unless a model or options are passed.

    Args:
        given: The object.
        model: The model to ask where a judge does not name one.
        **options: See `ModelClient`. Replies of functions and of objects with `complete()` are not cached by default.

    Raises:
        ConfigurationError: The object is not one of these, or is asynchronous; also a TypeError.
    """
    if isinstance(given, ModelClient):
        return given
    is_shared = model is None and not options
    found = _adapted.get(id(given)) if is_shared else None
    if found is None:
        backend = object_backend(given, model)
        is_sdk = not backend.is_retried
        found = ModelClient(backend, **(_cached(options) if is_sdk else options))
        if is_shared:
            _adapted[id(given)] = found
    return found


def client_from_env(
    environment: Mapping[str, str], role: str = "JUDGE", **options: Unpack[ClientOptions]
) -> ModelClient | None:
    """Return the client that `ASHR_<role>_MODEL`, `ASHR_<role>_BASE_URL` and `ASHR_<role>_API_KEY` configure, if any.

    Raises:
        ConfigurationError: The URL or the key is malformed.
    """
    model, base_url, api_key = (environment.get(f"ASHR_{role}_{name}") for name in ("MODEL", "BASE_URL", "API_KEY"))
    if not model:
        for name, value in (("BASE_URL", base_url), ("API_KEY", api_key)):
            if value:
                warn_once("ashr_labs.llm", f"ASHR_{role}_{name} is ignored: ASHR_{role}_MODEL is not set")
        return None
    return ModelClient(http_backend(OPENAI, model, base_url, api_key, prefix=f"ASHR_{role}_"), **_cached(options))


class _Default:
    """The client of this process that judges use by default."""

    def __init__(self) -> None:
        self.client: ModelClient | None = None
        self._from_env: tuple[tuple[str | None, ...], ModelClient] | None = None
        self._lock = Lock()

    def from_env(self) -> ModelClient | None:
        """Return the client of the environment, the same one until the environment changes."""
        names = (MODEL_VARIABLE, "ASHR_JUDGE_BASE_URL", "ASHR_JUDGE_API_KEY")
        settings = tuple(os.environ.get(name) for name in names)
        with self._lock:
            if self._from_env is not None and self._from_env[0] == settings:
                return self._from_env[1]
            client = client_from_env(os.environ)
            self._from_env = None if client is None else (settings, client)
            return client


_default: Final = _Default()


def set_default_llm_client(client: object | None) -> None:
    """Set the client that judges use where they have none of their own; None for that of the environment.

    Args:
        client: What `as_llm_client()` takes.

    Raises:
        ConfigurationError: The object is not supported; also a TypeError.
    """
    _default.client = None if client is None else as_llm_client(client)


def default_llm_client() -> ModelClient:
    """Return the client that judges use where they have none of their own.

    Raises:
        ConfigurationError: None was set, and the environment does not name a model.
    """
    client = _default.client or _default.from_env()
    if client is None:
        raise ConfigurationError(_NO_CLIENT)
    return client


def _cached(options: ClientOptions) -> ClientOptions:
    """Return options with a cache in memory, unless they have one."""
    return options if "cache" in options else {**options, "cache": CompletionCache()}
