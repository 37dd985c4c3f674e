"""Prices of models, by the names of `polarity_keystone.pricing`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..pricing import PricingTable
from ..pricing import estimate_cost as _estimate_cost
from ..pricing import pricing_table as _shared

if TYPE_CHECKING:
    from ..pricing import PriceEntry
    from ..pricing.entries import GivenEntry

__all__ = ["estimate_cost", "pricing_table"]

_DECIMALS = 6


def estimate_cost(model: str, input_tokens: int, output_tokens: int, cache_tokens: int = 0) -> float | None:
    """Return the cost of a model call in US dollars, rounded to 6 decimals; None if the model has no known price.

    `ashr_labs.pricing.estimate_cost` takes usages of model APIs, providers and times.

    Args:
        model: The model.
        input_tokens: All input, for every model.
        output_tokens: All output.
        cache_tokens: The part of the input that was read from a cache.

    Example:
        >>> from ashr_labs.keystone import estimate_cost
        >>> estimate_cost("claude-sonnet-4-5", 4200, 1800, 1500)
        0.03555
    """
    cost = _estimate_cost(
        model,
        {"input_tokens": input_tokens, "output_tokens": output_tokens, "cached_input_tokens": cache_tokens},
    )
    return None if cost is None else round(cost, _DECIMALS)


class _Table(PricingTable):
    """The prices of this process, which can be read by item and by a call."""

    def __init__(self) -> None:
        super().__init__(below=_shared)

    def __call__(self) -> dict[str, PriceEntry]:
        """Return a copy."""
        return dict(self)

    def __setitem__(self, name: str, entry: GivenEntry) -> None:
        _shared[name] = entry

    def __delitem__(self, name: str) -> None:
        del _shared[name]


pricing_table = _Table()
"""The prices of this process, those of `ashr_labs.pricing.pricing_table`: `pricing_table["m"] = {"input": 1, ...}`."""
