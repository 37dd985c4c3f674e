"""A request to a language model, and its completion."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypedDict, cast

from .._json import as_list, is_object
from ..pricing import read_usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "Alternatives",
    "Completion",
    "Message",
    "Request",
    "Schema",
    "attribute",
    "usage_of",
    "without_refused_option",
]

_OPTION_NAMES = {
    "top_logprobs": ("logprobs",),
    "schema": ("response_format", "responseschema", "response_schema", "output_config", "json_schema", "structured"),
    "max_tokens": ("max_tokens", "maxoutputtokens", "max_output_tokens"),
    "temperature": ("temperature",),
}
"""Each option of a request that not every model takes, and its names in error messages, in lower case."""


class Message(TypedDict):
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Schema:
    """A JSON schema that the reply must conform to."""

    name: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A prompt with its options."""

    messages: Sequence[Mapping[str, Any]]
    model: str
    temperature: float | None = 0.0
    """None leaves it to the model."""
    max_tokens: int | None = None
    """None leaves it to the model."""
    schema: Schema | None = None
    top_logprobs: int | None = None
    """How many alternatives of each token are reported, by the APIs that can; None for none."""

    def without(self, option: str) -> Request:
        """Return the request without one of `schema`, `max_tokens`, `temperature` and `top_logprobs`."""
        changed: dict[str, Any] = {option: None}
        return replace(self, **changed)


class Alternatives(NamedTuple):
    """The tokens that a model chose among where its reply has a number."""

    offset: int
    """The bytes of the reply before the number."""
    probabilities: Mapping[str, float]
    """The probability of each token, without white space around it."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The reply of a model."""

    text: str
    model: str
    """The model that replied, as the provider names it."""
    usage: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Token counts, as `ashr_labs.pricing.read_usage` returns them."""
    cost_usd: float | None = None
    """None if it is unknown."""
    provider: str | None = None
    """The provider that is paid, as `estimate_cost` takes it; None for the maker of the model."""
    is_cost_estimated: bool = False
    """Whether the cost was computed from the price of the model, as the reply did not state it."""
    is_cached: bool = False
    """Whether the reply was read from a cache, so that it cost nothing this time."""
    alternatives: Sequence[Alternatives] = ()
    """The alternatives of each number in the reply, if they were requested and the API reports them."""

    def record(self) -> dict[str, Any]:
        """Return the model, the tokens and the cost as JSON; a cached completion has no tokens and costs nothing."""
        if self.is_cached:
            return {"model": self.model, "is_cached": True}
        counts = {name: self.usage[name] for name in ("input_tokens", "output_tokens") if name in self.usage}
        costs = {"cost_usd": self.cost_usd, "estimated_cost_usd": self.cost_usd if self.is_cost_estimated else None}
        return {"model": self.model, **counts, **{name: cost for name, cost in costs.items() if cost is not None}}


def without_refused_option(request: Request, said: str) -> tuple[str, Request] | None:
    """Return the option that an error message refuses and the request without it; None if it refuses none.

    >>> request = Request([], "m", temperature=0.0)
    >>> without_refused_option(request, "Unsupported value: 'temperature' does not support 0")[0]
    'temperature'
    """
    lowered = said.lower()
    for option, names in _OPTION_NAMES.items():
        if getattr(request, option) is not None and any(name in lowered for name in names):
            return option, request.without(option)
    return None


def attribute(value: object, *names: str | int) -> object:
    """Return a nested value of mappings, sequences and objects; None where there is none."""
    for name in names:
        if isinstance(name, int):
            items = as_list(value) or ()
            value = items[name] if len(items) > name else None
        else:
            value = value.get(name) if is_object(value) else getattr(value, name, None)
    return value


def usage_of(response: object) -> dict[str, Any]:
    """Return the token counts of a response, a mapping or an object with attributes."""
    return cast("dict[str, Any]", read_usage(response))
