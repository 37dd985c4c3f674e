"""What a reply cost: tokens and money, in the words of the common model clients."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .._json import as_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ashr_labs_types import TokenUsage

__all__ = ["read_usage"]

_INPUT = ("input_tokens", "prompt_tokens")
_OUTPUT = ("output_tokens", "completion_tokens")
_DETAILS = ("input_tokens_details", "prompt_tokens_details")
_COST = ("cost_usd", "cost")


def read_usage(given: Mapping[str, Any]) -> TokenUsage:
    """Return what a model client says about its use; what it does not say is absent, not zero.

    `input_tokens` counts all that was read, `cached_input_tokens` the part of it that came from a cache.
    """
    usage: TokenUsage = {}
    read = _first(given, _INPUT)
    # Anthropic counts what was read from and written to its cache beside the input, OpenAI within it.
    hit, stored = _number(given.get("cache_read_input_tokens")), _number(given.get("cache_creation_input_tokens"))
    details = [found for name in _DETAILS if (found := as_object(given.get(name)))]
    within = [_number(found.get("cached_tokens")) for found in details]
    cached = next(
        (number for number in (hit, *within, _number(given.get("cached_input_tokens"))) if number is not None), None
    )
    if read is not None:
        usage["input_tokens"] = int(read + (hit or 0) + (stored or 0))
    if cached is not None:
        usage["cached_input_tokens"] = int(cached)
    if (written := _first(given, _OUTPUT)) is not None:
        usage["output_tokens"] = int(written)
    if (cost := _first(given, _COST)) is not None:
        usage["cost_usd"] = float(cost)
    return usage


def _first(given: Mapping[str, Any], names: tuple[str, ...]) -> float | None:
    return next((number for name in names if (number := _number(given.get(name))) is not None), None)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        return None
    return value
