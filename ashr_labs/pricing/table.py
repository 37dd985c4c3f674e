"""The table of prices, and estimates of costs by it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.resources import as_file, files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol, cast

from .._environment import warn_once
from .._json import as_object, preview
from ..errors import ConfigurationError
from .entries import entry_of, read_entry, read_price_file
from .kept import KeptPrices
from .names import places
from .price import price_at
from .tokens import read_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .entries import GivenEntry, PriceEntry, Prices
    from .names import Place
    from .price import Price

__all__ = [
    "BUILT_IN",
    "PRICES_VARIABLE",
    "PricingTable",
    "estimate_cost",
    "estimated_cost",
    "pricing_table",
    "read_prices",
]

PRICES_VARIABLE = "ASHR_PRICES"
"""The environment variable with the path of the user's own table."""
_MAX_ALIASES = 8
_MAX_FOUND = 4096


class _Source(Protocol):
    """Prices by name."""

    def find(self, places: Sequence[Place]) -> Prices | None:
        """Return the prices at the first place that has some; None without any."""
        ...

    def names(self) -> Iterable[str]:
        """Return all names."""
        ...

    def version(self) -> object:
        """Return a value that is another one after a change."""
        ...


class _Entries:
    """Prices of models, named `MODEL` or `PROVIDER/MODEL`, that are read when they are first needed."""

    def __init__(self, read: Callable[[], dict[str, Prices]]) -> None:
        self._read = read
        self._lock = Lock()
        self._table: dict[str, Prices] | None = None
        self._version = 0

    def table(self) -> dict[str, Prices]:
        """Return the entries by the lower-case names."""
        with self._lock:
            if self._table is None:
                self._table = self._read()
            return self._table

    def find(self, places: Sequence[Place]) -> Prices | None:
        """Return the prices at the first place; those without a provider count for all of them."""
        if not (table := self.table()):
            return None
        for provider, name in places:
            for key in (name,) if provider is None else (f"{provider}/{name}", name):
                if key in table:
                    return table[key]
        return None

    def names(self) -> Iterable[str]:
        """Return all names."""
        return tuple(self.table())

    def version(self) -> object:
        """Return a value that is another one after a change."""
        return self._version

    def change(self, name: str, prices: Prices | None) -> None:
        """Set the prices of a model; None removes them."""
        key = name.strip().lower()
        table = self.table()
        with self._lock:
            if prices is None:
                del table[key]
            else:
                table[key] = prices
            self._version += 1


class PricingTable(Mapping[str, "PriceEntry"]):
    """Prices of models in US dollars per million tokens: entries of its own over those of another table.

    Names are found by the rules of `ashr_labs.pricing.names`, so `table["gpt-4o-2024-08-06"]` is the price of gpt-4o
    where the dated model has none of its own. Own entries come first. A name without a provider, such as `gpt-4o`,
    counts for all providers; `azure/gpt-4o` counts for one.

    Example:
        >>> from ashr_labs.pricing import PricingTable
        >>> table = PricingTable({"our-model": {"input": 2, "output": 8, "cached_input": 0.5}})
        >>> table.estimate_cost("our-model", {"input_tokens": 1000, "cached_input_tokens": 600, "output_tokens": 50})
        0.0015
    """

    def __init__(
        self, entries: Mapping[str, GivenEntry] | None = None, *, below: PricingTable | Sequence[_Source] = ()
    ) -> None:
        """Create a table.

        Args:
            entries: Prices by model name.
            below: The table that has the prices of all other models.

        Raises:
            ConfigurationError: An entry is not a price.
        """
        self._own = _Entries(dict[str, "Prices"])
        self.layers: tuple[_Source, ...] = (
            self._own,
            *(below.layers if isinstance(below, PricingTable) else below),
        )
        self._found: dict[object, tuple[Price, ...] | None] = {}
        self._versions: object = None
        self.update(entries or {})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} models)"

    def __getitem__(self, name: str) -> PriceEntry:
        """Return today's price of a model."""
        prices = self.prices_of(name)
        if prices is None:
            raise KeyError(name)
        return entry_of(price_at(prices, datetime.now(UTC)))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.prices_of(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for layer in self.layers for name in layer.names()))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __setitem__(self, name: str, entry: GivenEntry) -> None:
        """Set the price of a model: an entry, entries by the first day of each, or the name of another model.

        Raises:
            ConfigurationError: It is not a price, or the name is empty.
        """
        if not isinstance(cast("object", name), str) or not name.strip():
            raise ConfigurationError(f"the name of a model must be a string that is not empty, got {preview(name)}")
        self._own.change(name, read_entry(entry, f"the price of {name!r}"))

    def __delitem__(self, name: str) -> None:
        """Remove an entry that was set; the table below may still have the model."""
        self._own.change(name, None)

    def update(self, entries: Mapping[str, GivenEntry]) -> None:
        """Set the prices of several models.

        Raises:
            ConfigurationError: An entry is not a price.
        """
        given = as_object(entries)
        if given is None:
            raise ConfigurationError(f"`entries` must be a mapping from model names to prices, got {preview(entries)}")
        for name, entry in given.items():
            self[name] = entry

    def prices_of(self, model: str, provider: str | None = None) -> tuple[Price, ...] | None:
        """Return the prices of a model in the order of their days; None if they are not known.

        Raises:
            ConfigurationError: The file that `ASHR_PRICES` names cannot be read.
        """
        versions = tuple(layer.version() for layer in self.layers)
        if versions != self._versions or len(self._found) >= _MAX_FOUND:
            self._found, self._versions = {}, versions
        found, key = self._found, (model, provider)
        if key not in found:
            found[key] = self._search(model, provider)
        return found[key]

    def estimate_cost(
        self, model: str | None, usage: object, *, provider: str | None = None, at: date | None = None
    ) -> float | None:
        """Return the cost of tokens in US dollars; `ashr_labs.pricing.estimate_cost` does it with the shared table."""
        _check_types(model, provider, at)
        tokens = read_tokens(usage)
        prices = self.prices_of(model, provider) if model and tokens is not None else None
        if prices is None or tokens is None:
            return None
        return price_at(prices, _moment(at)).cost(tokens)

    def _search(self, model: str, provider: str | None) -> tuple[Price, ...] | None:
        for _ in range(_MAX_ALIASES):
            where = places(model, provider)
            found = next((prices for layer in self.layers if (prices := layer.find(where)) is not None), None)
            if not isinstance(found, str):
                return found
            model, provider = found, None
        return None


def read_prices(path: Path, *, below: PricingTable | None = None) -> PricingTable:
    """Read a JSON file such as `{"gpt-4o": {"input": 2.5, "output": 10}}`, with prices per million tokens.

    Args:
        path: The file.
        below: The table with the prices of other models; defaults to `pricing_table`.

    Raises:
        ConfigurationError: It cannot be read, or holds something else.
    """
    entries = read_price_file(path)
    return PricingTable(below=(_Entries(lambda: entries), *(below or pricing_table).layers))


def _own_file() -> dict[str, Prices]:
    path = os.environ.get(PRICES_VARIABLE)
    return read_price_file(Path(path)) if path else {}


def _built_in() -> dict[str, Prices]:
    with as_file(files("ashr_labs.pricing") / "models.json") as path:
        return read_price_file(path)


BUILT_IN: _Source = _Entries(_built_in)
"""A small table with the models that programs use most."""
pricing_table = PricingTable(below=(_Entries(_own_file), KeptPrices(), BUILT_IN))
"""The prices of this process: entries that were set, then `ASHR_PRICES`, `genai-prices`, the built-in ones."""


def estimate_cost(
    model: str | None, usage: object, *, provider: str | None = None, at: date | None = None
) -> float | None:
    """Return the cost of a model call in US dollars, from the model's price; None if that is not known.

    Args:
        model: The name of the model as the program or the provider writes it, with a date, a provider or a region.
        usage: The tokens: the usage of any of the common model APIs, or `input_tokens`, `cached_input_tokens` and
            `cache_write_input_tokens` (parts of the input), `output_tokens`, `input_audio_tokens`,
            `output_audio_tokens`. Tokens of reasoning are part of the output.
        provider: Who is paid, such as `openai`, `azure` or `groq`; by default the maker of the model. A provider
            before a slash in the name takes precedence.
        at: The time of the call, as prices change; defaults to now. Without a time zone it is UTC; a day is its noon.

    Raises:
        ConfigurationError: The file that `ASHR_PRICES` names cannot be read, or an argument is of a wrong type.

    Example:
        >>> from ashr_labs.pricing import estimate_cost
        >>> estimate_cost("gpt-4o-mini-2024-07-18", {"prompt_tokens": 1000, "completion_tokens": 500})
        0.00045
        >>> estimate_cost("unknown-model", {"prompt_tokens": 1000}) is None
        True
    """
    return pricing_table.estimate_cost(model, usage, provider=provider, at=at)


def estimated_cost(
    model: str | None, usage: object, *, provider: str | None = None, at: date | None = None
) -> float | None:
    """Return what `estimate_cost` does; where that raises an error, log it once and return None."""
    try:
        return estimate_cost(model, usage, provider=provider, at=at)
    except ConfigurationError as error:
        warn_once(__name__, f"costs are not estimated: {error}")
        return None


def _check_types(model: object, provider: object, at: object) -> None:
    for name, value, kind in (("model", model, str), ("provider", provider, str), ("at", at, date)):
        if value is not None and not isinstance(value, kind):
            wanted = "a string" if kind is str else "a date or datetime"
            raise ConfigurationError(f"`{name}` must be {wanted} or None, got {preview(value)}")


def _moment(at: date | None) -> datetime:
    if at is None:
        return datetime.now(UTC)
    if not isinstance(at, datetime):
        return datetime(at.year, at.month, at.day, 12)
    return at if at.tzinfo is None else at.astimezone(UTC)
