"""The price of a model, and the cost of tokens at that price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime, time

    from .tokens import Tokens

__all__ = ["RATES", "Price", "Rates", "price_at"]

RATES = (
    "input", "output", "cached_input", "cache_write", "cache_write_1h", "input_audio", "output_audio",
)  # fmt: skip
"""The kinds of tokens that may have a price."""
_FALLBACKS = {"cached_input": ("input",), "cache_write": ("input",), "cache_write_1h": ("cache_write", "input")}
"""The prices that apply to a kind of tokens without one of its own."""
_TOKENS_PER_UNIT = 1_000_000
_DECIMALS = 12

Rates: TypeAlias = "Mapping[str, float]"
"""US dollars for a million tokens, by the kind of the tokens."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a model from some day on, or in some hours of the day."""

    rates: Rates
    start: date | None = None
    """The first day, in UTC; None for a price without a known beginning."""
    hours: tuple[time, time] | None = None
    """From when to when it applies each day, in UTC; None for the whole day."""
    tiers: tuple[tuple[int, Rates], ...] = ()
    """Other rates for calls with more input tokens than a number; the last one that applies counts for all tokens."""
    source: str | None = None
    """The URL of the published price."""
    as_of: str | None = None
    """The day of the price list, `YYYY-MM-DD`."""

    def cost(self, tokens: Tokens, *, call_input: int | None = None) -> float | None:
        """Return a cost in US dollars; None if a kind of tokens that was used has no price.

        Args:
            tokens: The tokens of a call, or the sum of those of several calls.
            call_input: The input of each call, for which some models have other rates; defaults to that of `tokens`.
        """
        rates = self._rates_for(tokens.input if call_input is None else call_input)
        total = 0.0
        for kind, count in tokens.by_kind():
            if count:
                rate = _rate(rates, kind)
                if rate is None:
                    return None
                total += count * rate
        return round(total / _TOKENS_PER_UNIT, _DECIMALS)

    def applies_at(self, moment: datetime) -> bool:
        """Return whether it is the price at a time in UTC, unless a later one is."""
        if self.start is not None and moment.date() < self.start:
            return False
        if self.hours is None:
            return True
        begin, end = self.hours
        clock = moment.time()
        return begin <= clock < end if begin <= end else clock >= begin or clock < end

    def _rates_for(self, input_tokens: int) -> Rates:
        rates = self.rates
        for above, others in self.tiers:
            if input_tokens > above:
                rates = {**self.rates, **others}
        return rates


def price_at(prices: Sequence[Price], moment: datetime) -> Price:
    """Return the price at a time in UTC: the last one that applies, or the first one before all of their days."""
    return next((one for one in reversed(prices) if one.applies_at(moment)), prices[0])


def is_one_price(prices: Sequence[Price], begin: datetime, end: datetime) -> bool:
    """Return whether the same price applies from one time in UTC to another."""
    return price_at(prices, begin) is price_at(prices, end) and not any(one.hours for one in prices)


def _rate(rates: Rates, kind: str) -> float | None:
    return next((rates[name] for name in (kind, *_FALLBACKS.get(kind, ())) if name in rates), None)
