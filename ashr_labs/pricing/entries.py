"""Price tables in JSON: the built-in one, and those of users."""

from __future__ import annotations

import json
from datetime import date, time
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn, Required, TypeAlias, TypedDict, cast

from .._format import suggestion
from .._json import as_list, as_object, preview, refuse_constant
from ..errors import ConfigurationError
from .price import RATES, Price

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .price import Rates

__all__ = ["GivenEntry", "PriceEntry", "Prices", "entry_of", "read_entry", "read_price_file"]

_MAX_PRICE = 1e9
_MAX_FILE_BYTES = 16 * 1024 * 1024
_FORM = '{"input": 2.5, "output": 10}, US dollars per million tokens'

PriceEntry = TypedDict(
    "PriceEntry",
    {
        "input": Required[float],
        "output": Required[float],
        "cached_input": float,
        "cache_write": float,
        "cache_write_1h": float,
        "input_audio": float,
        "output_audio": float,
        "above": "dict[str, dict[str, float]]",
        "from": str,
        "hours": "list[str]",
        "source": str,
        "as_of": str,
    },
    total=False,
)
"""The price of a model, in US dollars per million tokens.

`cached_input` and `cache_write` default to `input`, `cache_write_1h` to `cache_write`; audio tokens without a price of
their own have an unknown cost. `above` has other rates for calls with more input tokens than its keys, `from` is the
first day of the price, `hours` has the times of the day (UTC) from which and to which it applies, `source` is a URL,
`as_of` the day of the price list.
"""
GivenEntry: TypeAlias = "PriceEntry | Sequence[PriceEntry] | str"
"""A price, the prices since several days in their order, or the name of a model with the same price."""
Prices: TypeAlias = "tuple[Price, ...] | str"
"""Prices in the order of their days, or the name of a model with the same prices."""


def read_price_file(path: Path) -> dict[str, Prices]:
    """Read a JSON file such as `{"gpt-4o": {"input": 2.5, "output": 10}}`, with prices per million tokens.

    Raises:
        ConfigurationError: It cannot be read, or holds something else.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_FILE_BYTES + 1)
        if len(content) > _MAX_FILE_BYTES:
            raise ConfigurationError(f"{path} has over {_MAX_FILE_BYTES:,} bytes; is it a table of model prices?")
        table = as_object(json.loads(content, parse_constant=refuse_constant))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"cannot read model prices from {path}: {error}") from error
    if table is None:
        raise ConfigurationError(f"{path} must be a JSON object with a price for each model name")
    return {
        name.strip().lower(): read_entry(entry, f"the price of {name!r} in {path}") for name, entry in table.items()
    }


def read_entry(entry: object, where: str) -> Prices:
    """Return the prices of an entry.

    Raises:
        ConfigurationError: It is not one; the message begins with `where`.
    """
    if isinstance(entry, str):
        return entry
    listed = as_list(entry)
    if listed is None:
        return (_price(entry, where),)
    if not listed:
        _refuse(entry, where)
    prices = tuple(_price(one, f"{where}[{index}]") for index, one in enumerate(listed))
    days = [one.start or date.min for one in prices]
    if any(earlier > later for earlier, later in pairwise(days)):
        raise ConfigurationError(
            f'{where} must list prices in the order of their days, each later than the "from" before'
        )
    return prices


def entry_of(price: Price) -> PriceEntry:
    """Return a price as an entry of a table."""
    fields: dict[str, object] = {name: price.rates[name] for name in RATES if name in price.rates}
    fields |= {"input": price.rates.get("input", 0.0), "output": price.rates.get("output", 0.0)}
    if price.tiers:
        fields["above"] = {str(above): dict(rates) for above, rates in price.tiers}
    if price.start is not None:
        fields["from"] = price.start.isoformat()
    if price.hours is not None:
        fields["hours"] = [moment.isoformat("minutes") for moment in price.hours]
    fields |= {name: text for name in ("source", "as_of") if (text := getattr(price, name)) is not None}
    return cast("PriceEntry", fields)


def _price(entry: object, where: str) -> Price:
    fields = as_object(entry)
    if fields is None or not {"input", "output"} <= fields.keys():
        _refuse(entry, where)
    rest = {name: value for name, value in fields.items() if name in RATES}
    start = fields.get("from")
    for name in fields.keys() - PriceEntry.__annotations__.keys():
        raise ConfigurationError(f"{where} has the unknown key {name!r}{suggestion(name, PriceEntry.__annotations__)}")
    for name in ("source", "as_of"):
        if not isinstance(fields.get(name, ""), str):
            raise ConfigurationError(f"`{name}` of {where} must be text, got {preview(fields[name])}")
    return Price(
        _rates(rest, where),
        None if start is None else _day(start, where),
        _hours(fields["hours"], where) if "hours" in fields else None,
        _tiers(fields.get("above", {}), where),
        fields.get("source"),
        fields.get("as_of"),
    )


def _rates(fields: Mapping[str, object], where: str) -> Rates:
    for name, value in fields.items():
        if name not in RATES:
            raise ConfigurationError(f"{where} has the unknown key {name!r}{suggestion(name, RATES)}")
        if not _is_price(value):
            raise ConfigurationError(
                f"`{name}` of {where} must be a number from 0 to {_MAX_PRICE:g}, got {preview(value)}"
            )
    return {name: float(cast("float", value)) for name, value in fields.items()}


def _is_price(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _MAX_PRICE


def _tiers(given: object, where: str) -> tuple[tuple[int, Rates], ...]:
    tiers = as_object(given)
    if tiers is None or not all(name.isascii() and name.isdigit() and len(name) <= 12 for name in tiers):
        raise ConfigurationError(
            f'`above` of {where} must have rates by numbers of tokens, such as {{"200000": {{"input": 4}}}}, '
            f"got {preview(given)}"
        )
    read = [(int(name), _rates(as_object(rates) or {}, f"`above` of {where}")) for name, rates in tiers.items()]
    return tuple(sorted(read, key=lambda tier: tier[0]))


def _day(text: object, where: str) -> date:
    try:
        return date.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        raise ConfigurationError(f"`from` of {where} must be a day, YYYY-MM-DD, got {preview(text)}") from None


def _hours(given: object, where: str) -> tuple[time, time]:
    try:
        begin, end = (time.fromisoformat(text).replace(tzinfo=None) for text in as_list(given) or ())
    except (TypeError, ValueError):
        form = 'two times in UTC, such as ["00:30", "16:30"]'
        raise ConfigurationError(f"`hours` of {where} must be {form}, got {preview(given)}") from None
    return begin, end


def _refuse(entry: object, where: str) -> NoReturn:
    raise ConfigurationError(f"{where} must have the form {_FORM}, got {preview(entry)}")
