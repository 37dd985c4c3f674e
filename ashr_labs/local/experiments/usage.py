"""The tool calls, tokens and costs of a sandbox, from the traces that belong to it."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, and_, or_, select

from ...pricing.price import price_at
from ...pricing.tokens import Tokens
from ..store.schema import observations, traces
from ..store.trace_rows import key_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from ...pricing import PricingTable

__all__ = ["Usage", "usage_of_sandbox"]

_DECIMALS = 9
_of = observations.c
_TOKENS = {
    "input": _of.input_tokens,
    "output": _of.output_tokens,
    "cached": _of.cached_input_tokens,
    "written": _of.cache_write_tokens,
    "written_1h": _of.cache_write_1h_tokens,
    "input_audio": _of.input_audio_tokens,
    "output_audio": _of.output_audio_tokens,
}
"""Columns by the fields of `Tokens`."""


class Usage(NamedTuple):
    """The usage of one scenario."""

    tools: Mapping[str, Mapping[str, int]]
    """By the name of a tool: `count`, `errors`, `timed` and `total_ms`."""
    tokens: int
    cost: Mapping[str, Any] | None
    """A `CostInfo`; None without calls of models."""
    has_traces: bool

    @property
    def tool_calls(self) -> int:
        """How many tools were called."""
        return sum(one["count"] for one in self.tools.values())

    @property
    def tool_errors(self) -> int:
        """How many of these calls failed."""
        return sum(one["errors"] for one in self.tools.values())


def usage_of_sandbox(connection: Connection, tenant_id: int, sandbox_id: str, prices: PricingTable) -> Usage:
    """Return the usage that the traces of a sandbox report so far.

    Args:
        connection: A reading connection.
        tenant_id: The owner.
        sandbox_id: The sandbox, which is the session of its traces.
        prices: The prices of calls whose cost no client stated.
    """
    calls = connection.execute(_rows(tenant_id, sandbox_id, or_(_of.model.is_not(None), _of.cost.is_not(None))))
    models = [dict(row) for row in calls.mappings()]
    tools = connection.execute(_rows(tenant_id, sandbox_id, _of.tool_name.is_not(None))).mappings().all()
    session = and_(traces.c.tenant_id == tenant_id, traces.c.session_id == key_text(sandbox_id))
    has_traces = connection.execute(select(traces.c.id).where(session).limit(1)).first() is not None
    tokens = sum((row["input"] or 0) + (row["output"] or 0) for row in models)
    return Usage(_tools(tools), tokens, _cost(models, prices) if models else None, has_traces)


def _rows(tenant_id: int, sandbox_id: str, condition: Any) -> Select[Any]:
    joined = and_(_of.tenant_id == traces.c.tenant_id, _of.trace_id == traces.c.id)
    columns: list[ColumnElement[Any]] = [_of.model, _of.provider, _of.cost, _of.tool_name, _of.is_error, _of.latency_ms]
    columns += [column.label(name) for name, column in _TOKENS.items()]
    wanted = select(*columns).join_from(traces, observations, joined)
    return wanted.where(traces.c.tenant_id == tenant_id, traces.c.session_id == key_text(sandbox_id), condition)


def _tools(rows: Sequence[Mapping[Any, Any]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: {"count": 0, "errors": 0, "timed": 0, "total_ms": 0})
    for row in rows:
        tool = found[row["tool_name"]]
        tool["count"] += 1
        tool["errors"] += bool(row["is_error"])
        if row["latency_ms"] is not None:
            tool["timed"] += 1
            tool["total_ms"] += round(row["latency_ms"])
    return dict(found)


def _cost(rows: Sequence[Mapping[str, Any]], prices: PricingTable) -> dict[str, Any]:
    costs = [row["cost"] if row["cost"] is not None else _estimate(row, prices) for row in rows]
    return {
        "input_tokens": sum(row["input"] or 0 for row in rows),
        "output_tokens": sum(row["output"] or 0 for row in rows),
        "cache_read_tokens": sum(row["cached"] or 0 for row in rows),
        "model": ", ".join(sorted({row["model"] for row in rows if row["model"]})),
        "estimated_usd": round(math.fsum(cost for cost in costs if cost is not None), _DECIMALS),
        "unpriced_calls": costs.count(None),
    }


def _estimate(row: Mapping[str, Any], prices: PricingTable) -> float | None:
    if not row["model"] or (row["input"] is None and row["output"] is None):
        return None
    known = prices.prices_of(row["model"], row["provider"])
    if known is None:
        return None
    return price_at(known, datetime.now(UTC)).cost(Tokens(**{name: row[name] or 0 for name in _TOKENS}))
