"""Backends for what users already have: clients of SDKs, objects with `complete()`, and functions."""

from __future__ import annotations

import inspect
from contextvars import copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .._format import one_line, truncate
from .._json import is_object, preview
from .._retry import retry_after
from .._threads import start_daemon
from ..errors import ConfigurationError, ModelError
from ..pricing.names import provider_of_url
from .backends import model_error
from .completion import Completion, attribute, usage_of
from .formats import ANTHROPIC, OPENAI

if TYPE_CHECKING:
    from collections.abc import Callable

    from .backends import Backend
    from .completion import Request
    from .formats import Format

__all__ = ["UnsupportedClientError", "object_backend"]

_Result = TypeVar("_Result")
_MAX_MESSAGE = 500
_DEFAULT_MAX_TOKENS = 1024


class UnsupportedClientError(ConfigurationError, TypeError):
    """An object cannot be used as a client of a language model."""


def object_backend(given: object, model: str | None) -> Backend:
    """Return a backend that calls an object of the user.

    Raises:
        UnsupportedClientError: The object is not one of the supported kinds, or is asynchronous.
    """
    is_instance = not isinstance(given, type)
    complete = getattr(given, "complete", None)
    if callable(complete) and is_instance:
        _refuse_async(given, complete)
        return _CompleteBackend(given, complete, model)
    for path, api in ((("chat", "completions", "create"), OPENAI), (("messages", "create"), ANTHROPIC)):
        create = attribute(given, *path)
        if callable(create) and is_instance:
            _refuse_async(given, create)
            return _SDKBackend(given, create, api, model)
    if not callable(given) or not is_instance:
        raise UnsupportedClientError(
            f"a client must be one of OpenAI's or Anthropic's SDK, an object with complete(), or a function,"
            f" got {preview(given)}"
        )
    _refuse_async(given, given)
    return _FunctionBackend(given, _takes_messages(given), model)


@dataclass(frozen=True, slots=True)
class _SDKBackend:
    """A client of an SDK, which retries by itself."""

    client: object
    create: Callable[..., object]
    api: Format
    model: str | None
    is_retried: bool = False

    @property
    def identity(self) -> str:
        return f"{_qualified_name(self.client)} {getattr(self.client, 'base_url', '')}"

    def _provider(self) -> str | None:
        base_url = getattr(self.client, "base_url", None)
        return None if base_url is None else provider_of_url(str(base_url))

    def send(self, request: Request, timeout: float) -> Completion:
        arguments = self.api.body(request)
        if _accepts(self.create, "timeout"):
            arguments["timeout"] = timeout
        response = _within(timeout, request.model, lambda: self.create(**arguments))
        said = self.api.text(response)
        if said is None:
            raise model_error(f"{request.model} replied without text: {preview(response)}")
        named = attribute(response, "model")
        model = named if isinstance(named, str) else request.model
        alternatives = self.api.alternatives(response)
        return Completion(said, model, usage_of(response), provider=self._provider(), alternatives=alternatives)


@dataclass(frozen=True, slots=True)
class _CompleteBackend:
    """An object with `complete(messages, *, model, temperature, max_tokens) -> str`."""

    client: object
    complete: Callable[..., object]
    model: str | None
    is_retried: bool = True

    @property
    def identity(self) -> str:
        return _qualified_name(self.client)

    def send(self, request: Request, timeout: float) -> Completion:
        messages = [dict(message) for message in request.messages]
        options: dict[str, Any] = {
            "model": request.model,
            "temperature": request.temperature,
            "max_tokens": request.max_tokens or _DEFAULT_MAX_TOKENS,
        }
        return _as_completion(
            _within(timeout, request.model, lambda: self.complete(messages, **options)), request.model
        )


@dataclass(frozen=True, slots=True)
class _FunctionBackend:
    """A function of a prompt, or of messages if its first parameter is named `messages`."""

    function: Callable[..., object]
    takes_messages: bool
    model: str | None
    is_retried: bool = True

    @property
    def identity(self) -> str:
        return _qualified_name(self.function)

    def send(self, request: Request, timeout: float) -> Completion:
        given: object = [dict(message) for message in request.messages]
        if not self.takes_messages:
            given = "\n\n".join(str(message.get("content")) for message in request.messages)
        return _as_completion(_within(timeout, self.identity, lambda: self.function(given)), request.model)


def _as_completion(returned: object, model: str) -> Completion:
    if isinstance(returned, Completion):
        return returned
    if not isinstance(returned, str):
        raise model_error(f"the client must return a string, got {preview(returned)}")
    return Completion(returned, model)


def _within(timeout: float, model: str, call: Callable[[], _Result]) -> _Result:
    """Return the result of a call in a thread of its own, which is left behind if it takes longer.

    Raises:
        ModelError: The call failed, or did not end in time.
    """
    results: SimpleQueue[tuple[_Result | None, Exception | None]] = SimpleQueue()
    context = copy_context()

    def work() -> None:
        try:
            results.put((context.run(call), None))
        except Exception as error:
            results.put((None, error))

    if start_daemon(work, "ashr-labs-llm") is None:
        work()
    try:
        result, error = results.get(timeout=timeout)
    except Empty:
        raise model_error(f"{model} gave no response within {timeout:.3g} seconds") from None
    if error is not None:
        raise _mapped(model, error) from error
    if inspect.isawaitable(result):
        if inspect.iscoroutine(result):
            result.close()
        raise model_error("the client must be synchronous, got an awaitable; pass the synchronous client")
    return cast("_Result", result)


def _mapped(model: str, error: Exception) -> ModelError:
    """Return the error of a model for an exception of the user's client."""
    if isinstance(error, ModelError):
        return error
    said = f"{model} failed: {type(error).__name__}: {truncate(one_line(str(error)), _MAX_MESSAGE)}"
    status = attribute(error, "status_code")
    if isinstance(status, int):
        headers = attribute(error, "response", "headers")
        wait = retry_after(headers) if is_object(headers) else None
        return model_error(said, status=status, wait=wait)
    lost = isinstance(error, OSError) or type(error).__name__.endswith(("ConnectionError", "TimeoutError"))
    return model_error(said, is_transient=lost)


def _refuse_async(given: object, function: object) -> None:
    if inspect.iscoroutinefunction(inspect.unwrap(cast("Callable[..., Any]", function))):
        name = type(given).__name__
        instead = f"; pass {name.removeprefix('Async')}()" if name.startswith("Async") else ""
        raise UnsupportedClientError(f"a client must be synchronous, got {preview(given)}{instead}")


def _takes_messages(function: Callable[..., object]) -> bool:
    try:
        first = next(iter(inspect.signature(function).parameters.values()), None)
    except (TypeError, ValueError):  # functions in C
        return False
    return first is not None and first.name == "messages"


def _accepts(function: Callable[..., object], name: str) -> bool:
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return False
    return name in parameters


def _qualified_name(value: object) -> str:
    named = value if hasattr(value, "__qualname__") else type(value)
    return f"{getattr(named, '__module__', '')}.{getattr(named, '__qualname__', '')}"
