"""The prices that the package `genai-prices` keeps up to date, if it is installed.

Its own search for a model matches beginnings and parts of names. Only the whole names that it lists are taken here, so
that a model does not get the price of another with a similar name.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .._json import as_list
from .names import Place
from .price import Price

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .price import Rates

__all__ = ["KeptPrices"]

_RATES = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cached_input",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
    "input_audio_mtok": "input_audio",
    "output_audio_mtok": "output_audio",
}
_CLAUSES = ("equals", "starts_with", "ends_with", "contains")
"""The clauses that hold one text each, the most exact first."""


class KeptPrices:
    """The prices of the installed version of `genai-prices`, or newer ones if the program has it update them."""

    def __init__(self) -> None:
        self._snapshot: object = None
        self._models: dict[Place, tuple[Any, Any]] = {}

    def find(self, places: Sequence[Place]) -> tuple[Price, ...] | None:
        """Return the prices at the first place that has some; None without any."""
        models = self._by_place()
        for provider, name in places:
            # Any of its providers may be before a slash.
            place = Place(*name.split("/", 1)) if provider is None and "/" in name else Place(provider, name)
            if place in models and (prices := _prices(*models[place])):
                return prices
        return None

    def names(self) -> Iterator[str]:
        """Yield the name of each model, with its provider."""
        return (f"{place.provider}/{place.name}" for place, found in self._by_place().items() if _prices(*found))

    def version(self) -> object:
        """Return a value that is another one after an update of the prices."""
        module = _module()
        return None if module is None else id(module.get_snapshot())

    def _by_place(self) -> Mapping[Place, tuple[Any, Any]]:
        module = _module()
        snapshot = None if module is None else module.get_snapshot()
        if snapshot is not self._snapshot:
            self._models = _models(snapshot)
            self._snapshot = snapshot
        return self._models


@cache
def _module() -> Any:
    """Return the module with the data in use; None if the package is not installed."""
    try:
        return import_module("genai_prices.data_snapshot")
    except ImportError:
        return None


def _models(snapshot: Any) -> dict[Place, tuple[Any, Any]]:
    listed = [(provider, model) for provider in snapshot.providers for model in provider.models]
    found = {Place(provider.id, _name(model.id)): (provider, model) for provider, model in reversed(listed)}
    for kind in _CLAUSES:
        for provider, model in listed:
            for text in _texts(model.match, kind):
                found.setdefault(Place(provider.id, _name(text)), (provider, model))
    return found


def _name(text: str) -> str:
    return text.lower().rstrip("-@")


def _texts(clause: Any, kind: str) -> Iterator[str]:
    """Yield the texts of a kind of clause, each of which matches the model by itself."""
    for one in getattr(clause, "or_", None) or (clause,):
        text = getattr(one, kind, None)
        if isinstance(text, str):
            yield text


def _prices(provider: Any, model: Any) -> tuple[Price, ...]:
    source = next(iter(provider.pricing_urls or ()), None)
    prices: list[Price] = []
    start = None
    for one in as_list(model.prices) or (model,):
        constraint: Any = getattr(one, "constraint", None)
        begin, end = getattr(constraint, "start_time", None), getattr(constraint, "end_time", None)
        # Prices for some hours stand behind the day's price that they replace.
        start = start if begin is not None else getattr(constraint, "start_date", None)
        hours = None if begin is None or end is None else (begin.replace(tzinfo=None), end.replace(tzinfo=None))
        rates, tiers = _rates(one.prices)
        if rates:
            prices.append(Price(rates, start, hours, tiers, source))
    return tuple(prices)


def _rates(prices: Any) -> tuple[Rates, tuple[tuple[int, Rates], ...]]:
    base: dict[str, float] = {}
    tiers: dict[int, dict[str, float]] = {}
    for name, kind in _RATES.items():
        given = getattr(prices, name, None)
        if given is None:
            continue
        base[kind] = float(getattr(given, "base", given))
        for tier in getattr(given, "tiers", ()):
            tiers.setdefault(tier.start, {})[kind] = float(tier.price)
    return base, tuple(sorted(tiers.items()))
