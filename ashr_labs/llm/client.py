"""The client of a language model: retries, deadline, bounded concurrency, cache and spending around a backend."""

from __future__ import annotations

import json
import os
import random
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, Final, Protocol

from .._forks import PROCESS
from .._json import preview
from .._retry import Backoff
from ..errors import ConfigurationError, ModelError
from ..pricing import estimated_cost
from .backends import model_error
from .cache import cache_key
from .completion import Completion, Request, without_refused_option
from .tally import Spending, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .backends import Backend
    from .cache import CompletionCache
    from .completion import Schema

__all__ = ["DEFAULT_BACKOFF", "MODEL_VARIABLE", "OWN_MODEL", "Clock", "LLMClient", "ModelClient"]

OWN_MODEL: Final = "paragon-fast"
"""The model name that means the client's own model."""
MODEL_VARIABLE: Final = "ASHR_JUDGE_MODEL"
"""The environment variable with the model for clients that have none of their own."""
DEFAULT_BACKOFF: Final = Backoff(first=0.5, cap=20.0, jitter=0.5)
_REFUSED = frozenset({400, 422, 501})
"""Statuses by which APIs refuse an option that the model does not have."""


class LLMClient(Protocol):
    """The smallest client of a language model."""

    def complete(
        self, messages: Sequence[Mapping[str, Any]], *, model: str, temperature: float, max_tokens: int
    ) -> str:
        """Return the reply to messages, each with `role` and `content`."""
        ...


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, waiting, and the random numbers of a client."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


class ModelClient:
    """A client of a language model that threads may share.

    Args:
        backend: Sends requests: over HTTP, or through an object of the user.
        timeout: Seconds for a whole call with its retries, counted from when it may start.
        retries: How often a transient error is retried, >= 0.
        max_concurrency: How many calls are made at the same time; others wait.
        cache: Where replies are kept. Only requests with temperature 0 are.
        price: Returns the cost in USD of tokens of a model, for replies that do not state it; None if it is unknown.
            Defaults to `ashr_labs.pricing.estimate_cost`.
        backoff: The delays before retries.
        clock: The time.

    Raises:
        ConfigurationError: An option is out of range.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        timeout: float = 60.0,
        retries: int = 2,
        max_concurrency: int = 8,
        cache: CompletionCache | None = None,
        price: Callable[[str, Mapping[str, Any]], float | None] | None = None,
        backoff: Backoff = DEFAULT_BACKOFF,
        clock: Clock | None = None,
    ) -> None:
        if not timeout > 0:
            raise ConfigurationError(f"`timeout` must be a number of seconds > 0, got {preview(timeout)}")
        if retries < 0:
            raise ConfigurationError(f"`retries` must be >= 0, got {preview(retries)}")
        if max_concurrency < 1:
            raise ConfigurationError(f"`max_concurrency` must be >= 1, got {preview(max_concurrency)}")
        self.backend = backend
        self.timeout = timeout
        self.cache = cache
        self.tally = Tally()
        self._retries = retries if backend.is_retried else 0
        self._max_concurrency = max_concurrency
        self._slots = (PROCESS.forks, BoundedSemaphore(max_concurrency))
        self._price = price
        self._backoff = backoff
        self._clock = clock or Clock()
        self._refused: defaultdict[str, set[str]] = defaultdict(set)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.model or self.backend.identity!r})"

    @property
    def model(self) -> str | None:
        """The client's own model; None if requests have to name one."""
        return self.backend.model

    @property
    def spent(self) -> Spending:
        """The calls, tokens and costs so far."""
        return self.tally.spent

    def complete(
        self,
        messages: Sequence[Mapping[str, Any]],
        *,
        model: str = OWN_MODEL,
        temperature: float = 0.0,
        max_tokens: int = 1024,
    ) -> str:
        """Return the text of a reply; see `completion()`."""
        return self.completion(messages, model=model, temperature=temperature, max_tokens=max_tokens).text

    def completion(
        self,
        messages: Sequence[Mapping[str, Any]],
        *,
        model: str = OWN_MODEL,
        temperature: float = 0.0,
        max_tokens: int | None = 1024,
        schema: Schema | None = None,
        timeout: float | None = None,
        top_logprobs: int | None = None,
    ) -> Completion:
        """Send messages and return the completion.

        Args:
            messages: The prompt, each message with `role` and `content`.
            model: The model; "paragon-fast" is the client's own model, else that of `ASHR_JUDGE_MODEL`, if it is set.
            temperature: Sampling temperature.
            max_tokens: The maximum length of the reply; None for the model's own.
            schema: What the reply must conform to. It is sent where the API supports it: read the reply with care.
            timeout: Seconds; defaults to the client's.
            top_logprobs: How many alternatives of the numbers in the reply are reported, by the APIs that can.

        Raises:
            ModelError: The model gave no usable reply.
        """
        named = (self.model or os.environ.get(MODEL_VARIABLE) or model) if model == OWN_MODEL else model
        request = Request(messages, named, temperature, max_tokens, schema, top_logprobs)
        try:
            completion = self._cached(request, timeout or self.timeout)
        except ModelError:
            self.tally.add(Spending(failed=1))
            raise
        self.tally.count(completion)
        return completion

    def _cached(self, request: Request, timeout: float) -> Completion:
        if self.cache is None or request.temperature != 0:
            return self._sent(request, timeout)
        key = cache_key(self.backend.identity, request)
        found = self.cache.get(key)
        if found is None:
            found = self._sent(request, timeout)
            self.cache.put(key, found)
        return found

    def _sent(self, request: Request, timeout: float) -> Completion:
        with self._slot():
            completion = self._with_retries(request, self._clock.now() + timeout)
        stated = completion.usage.get("cost_usd", completion.cost_usd)
        if stated is not None:
            return replace(completion, cost_usd=stated)
        if self._price is not None:
            cost = self._price(completion.model, completion.usage)
        else:
            cost = estimated_cost(completion.model, completion.usage, provider=completion.provider)
        return replace(completion, cost_usd=cost, is_cost_estimated=cost is not None)

    def _slot(self) -> BoundedSemaphore:
        forks, slots = self._slots
        if forks != PROCESS.forks:  # threads of the parent process may have held slots
            slots = BoundedSemaphore(self._max_concurrency)
            self._slots = (PROCESS.forks, slots)
        return slots

    def _with_retries(self, request: Request, end: float) -> Completion:
        attempt = 0
        while True:
            try:
                return self._with_accepted_options(request, end)
            except ModelError as error:
                delay = self._backoff.delay(attempt, retry_after=error.retry_after, random=self._clock.random())
                is_last = not error.is_transient or attempt >= self._retries
                if is_last or self._clock.now() + delay >= end:
                    raise
            attempt += 1
            self.tally.add(Spending(retries=1))
            self._clock.sleep(delay)

    def _with_accepted_options(self, request: Request, end: float) -> Completion:
        """Send a request, again without an option that the model refuses, which is then not sent any more."""
        refused = self._refused[request.model]
        for option in tuple(refused):
            request = request.without(option)
        while True:
            left = end - self._clock.now()
            if left <= 0:
                raise model_error(f"{request.model} gave no response in time")
            try:
                return self.backend.send(request, left)
            except ModelError as error:
                fewer = without_refused_option(request, _everything_said(error)) if _is_refusal(error) else None
                if fewer is None:
                    raise
                option, request = fewer
                refused.add(option)


def _is_refusal(error: ModelError) -> bool:
    return error.status_code in _REFUSED or isinstance(error.__cause__, TypeError)


def _everything_said(error: ModelError) -> str:
    return f"{error.message} {json.dumps(error.response, default=str)}"
