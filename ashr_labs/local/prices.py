"""Model prices: a table of the user, applied to the token totals of the database."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._json import as_object, preview
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = ["Price", "Prices", "read_prices"]

_TOKENS_PER_UNIT = 1_000_000
_DECIMALS = 9
_MAX_PRICE = 1e9


@dataclass(frozen=True, slots=True)
class Price:
    """The price of a model per million tokens."""

    input: float
    output: float

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """Return the cost of a number of tokens."""
        return (input_tokens * self.input + output_tokens * self.output) / _TOKENS_PER_UNIT


class Prices:
    """Prices by model name; a model without a price has an unknown cost, which is not 0."""

    def __init__(self, table: Mapping[str, Price] | None = None) -> None:
        self.table = dict(table or {})

    def model_usage(self, totals: Iterable[Mapping[Any, Any]]) -> list[dict[str, Any]]:
        """Convert the totals of each model to the contract's form."""
        return [
            {
                "model": row["name"],
                "total_calls": row["calls"],
                "total_tokens": row["tokens"],
                "avg_latency_ms": None if row["latency"] is None else round(row["latency"], 3),
                "total_cost": _rounded(self._cost(row)),
                "unpriced_calls": self._unpriced(row),
            }
            for row in totals
            if row["name"] is not None
        ]

    def overview(self, totals: Iterable[Mapping[Any, Any]]) -> dict[str, Any]:
        """Return the total cost of all models and other steps."""
        rows = list(totals)
        known = [cost for row in rows if (cost := self._cost(row)) is not None]
        return {
            "total_cost": _rounded(math.fsum(known)) if known else None,
            "unpriced_calls": sum(self._unpriced(row) for row in rows),
        }

    def _cost(self, row: Mapping[Any, Any]) -> float | None:
        given: float | None = row["given_cost"]
        price = self.table.get(row["name"])
        if price is None or not row["counted"]:
            return given
        return (given or 0.0) + price.cost(row["input_tokens"], row["output_tokens"])

    def _unpriced(self, row: Mapping[Any, Any]) -> int:
        priced: int = row["counted"] if row["name"] in self.table else 0
        without: int = row["without_cost"]
        return without - priced


def read_prices(path: Path) -> Prices:
    """Read a JSON file such as `{"gpt-4o": {"input": 2.5, "output": 10}}`, with prices per million tokens.

    Raises:
        ConfigurationError: It cannot be read, or a price is not a number >= 0.
    """
    try:
        table = as_object(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"cannot read model prices from {path}: {error}") from error
    if table is None:
        raise ConfigurationError(f"{path} must be a JSON object with a price for each model name")
    return Prices({model: _price(path, model, entry) for model, entry in table.items()})


def _price(path: Path, model: str, entry: object) -> Price:
    fields = as_object(entry) or {}
    given = {name: fields.get(name) for name in ("input", "output")}
    if fields.keys() != given.keys() or not all(_is_price(value) for value in given.values()):
        raise ConfigurationError(
            f'the price of {model!r} in {path} must have the form {{"input": 2.5, "output": 10}}, per million tokens, '
            f"got {preview(entry)}"
        )
    return Price(**{name: float(value or 0) for name, value in given.items()})


def _is_price(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _MAX_PRICE


def _rounded(cost: float | None) -> float | None:
    return None if cost is None else round(cost, _DECIMALS)
