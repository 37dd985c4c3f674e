"""Costs of models in the stored traces: those that clients sent, and estimates by a table of prices."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..._time import isoformat
from ...pricing.price import is_one_price, price_at
from ...pricing.tokens import Tokens
from .trace_queries import model_parts, model_totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping

    from ...pricing import PricingTable
    from ...pricing.price import Price

__all__ = ["GroupCosts", "cost_fields", "model_costs", "model_usage", "prompt_usage"]

_DECIMALS = 9
_DAY, _HOUR = 10, 13
"""The lengths of the beginnings of a time that are its day and its hour."""


@dataclass(frozen=True, slots=True)
class GroupCosts:
    """The calls of a model of a provider, with their costs in US dollars."""

    totals: RowMapping
    """A row of `model_totals`."""
    estimated: float | None
    """The cost of the calls that have token counts and no cost of their own; None if it is unknown."""

    @property
    def unpriced_calls(self) -> int:
        """How many calls have an unknown cost."""
        without: int = self.totals["without_cost"]
        return without if self.estimated is None else without - self.totals["counted"]


def model_costs(
    connection: Connection,
    tenant_id: int,
    begin: datetime,
    end: datetime,
    prices: PricingTable,
    *,
    by_prompt: bool = False,
) -> list[GroupCosts]:
    """Return the costs of the calls between two times, by model and provider, or also by the prompts that they name."""
    since = isoformat(begin.timestamp())
    costs: list[GroupCosts] = []
    for group in model_totals(connection, tenant_id, since, by_prompt=by_prompt):
        known = prices.prices_of(group["model"], group["provider"]) if group["model"] and group["counted"] else None
        if known is None:
            costs.append(GroupCosts(group, None))
            continue
        tiers = {above for price in known for above, _ in price.tiers}
        digits = _HOUR if any(price.hours for price in known) else 0 if is_one_price(known, begin, end) else _DAY
        parts = model_parts(connection, tenant_id, since, group, tiers=sorted(tiers), digits=digits)
        costs.append(GroupCosts(group, _cost_of_parts(known, parts, end)))
    return costs


def model_usage(costs: Iterable[GroupCosts]) -> list[dict[str, Any]]:
    """Return the usage of each model in the contract's form, most calls first."""
    by_model: dict[str, list[GroupCosts]] = {}
    for one in costs:
        if one.totals["model"] is not None:
            by_model.setdefault(one.totals["model"], []).append(one)
    found = [{"model": model, **_usage(groups)} for model, groups in by_model.items()]
    return sorted(found, key=lambda usage: (-usage["total_calls"], usage["model"]))


def prompt_usage(costs: Iterable[GroupCosts]) -> list[dict[str, Any]]:
    """Return the usage of each version of a prompt in the contract's form, most calls first."""
    by_version: dict[tuple[str, int], list[GroupCosts]] = {}
    for one in costs:
        by_version.setdefault((one.totals["prompt_slug"], one.totals["prompt_version"]), []).append(one)
    found = [
        {
            "prompt": slug,
            "version": version,
            **(usage := _usage(groups)),
            "error_rate": sum(one.totals["errors"] for one in groups) / usage["total_calls"],
        }
        for (slug, version), groups in by_version.items()
    ]
    return sorted(found, key=lambda usage: (-usage["total_calls"], usage["prompt"], usage["version"]))


def cost_fields(costs: Sequence[GroupCosts]) -> dict[str, Any]:
    """Return the sums of costs in the contract's form."""
    estimated = [one.estimated for one in costs]
    return {
        "total_cost": _sum([*(one.totals["given_cost"] for one in costs), *estimated]),
        "estimated_cost": _sum(estimated),
        "unpriced_calls": sum(one.unpriced_calls for one in costs),
    }


def _usage(groups: Sequence[GroupCosts]) -> dict[str, Any]:
    timed = sum(one.totals["timed"] for one in groups)
    return {
        "total_calls": sum(one.totals["calls"] for one in groups),
        "total_tokens": sum(one.totals["tokens"] for one in groups),
        "avg_latency_ms": round(sum(one.totals["latency"] or 0 for one in groups) / timed, 3) if timed else None,
        **cost_fields(groups),
    }


def _cost_of_parts(prices: Sequence[Price], parts: Iterable[Mapping[Any, Any]], end: datetime) -> float | None:
    total = 0.0
    for part in parts:
        tokens = Tokens(**{name: part[name] for name in Tokens._fields})
        cost = price_at(prices, _moment(part["period"], end)).cost(tokens, call_input=part["above"] + 1)
        if cost is None:
            return None
        total += cost
    return total


def _moment(period: str, end: datetime) -> datetime:
    return datetime.fromisoformat(f"{period}:00" if len(period) == _HOUR else period) if period else end


def _sum(costs: Iterable[float | None]) -> float | None:
    known = [cost for cost in costs if cost is not None]
    return round(math.fsum(known), _DECIMALS) if known else None
