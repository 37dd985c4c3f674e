"""Aggregates over a tenant's traces, computed by the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, and_, case, cast, func, literal, or_, select

from .schema import observations, traces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Column, ColumnElement, Connection, RowMapping

__all__ = ["model_parts", "model_totals", "overview", "tool_performance"]

_PERCENTILES = (50, 95, 99)
_KINDS: dict[str, Column[int | None]] = {
    "input": observations.c.input_tokens,
    "output": observations.c.output_tokens,
    "cached": observations.c.cached_input_tokens,
    "written": observations.c.cache_write_tokens,
    "written_1h": observations.c.cache_write_1h_tokens,
    "input_audio": observations.c.input_audio_tokens,
    "output_audio": observations.c.output_audio_tokens,
}
"""The fields of `Tokens`, and their columns."""


def overview(connection: Connection, tenant_id: int, since: str) -> dict[str, Any]:
    """Return the totals of a tenant's traces since a time."""
    wanted = and_(traces.c.tenant_id == tenant_id, traces.c.created_at >= since)
    totals = connection.execute(
        select(
            func.count().label("total_traces"),
            _count_if(traces.c.has_error).label("total_errors"),
            func.count(traces.c.latency_ms).label("timed"),
            func.avg(traces.c.latency_ms).label("latency"),
            _sum(traces.c.input_tokens).label("total_input_tokens"),
            _sum(traces.c.output_tokens).label("total_output_tokens"),
            _sum(traces.c.tool_calls).label("total_tool_calls"),
        ).where(wanted)
    )
    row = totals.mappings().one()
    return {
        "total_traces": row["total_traces"],
        "total_errors": row["total_errors"],
        "error_rate": _rate(row["total_errors"], row["total_traces"]),
        "avg_latency_ms": _rounded(row["latency"]),
        **_percentiles(connection, wanted, row["timed"]),
        "total_input_tokens": row["total_input_tokens"],
        "total_output_tokens": row["total_output_tokens"],
        "total_tokens": row["total_input_tokens"] + row["total_output_tokens"],
        "total_tool_calls": row["total_tool_calls"],
    }


def tool_performance(connection: Connection, tenant_id: int, since: str) -> list[dict[str, Any]]:
    """Return the totals of each tool, most calls first."""
    name, calls = observations.c.tool_name, func.count().label("calls")
    wanted = (
        select(
            name.label("name"),
            calls,
            _count_if(observations.c.is_error).label("errors"),
            func.avg(observations.c.latency_ms).label("latency"),
        )
        .where(observations.c.tenant_id == tenant_id, name.is_not(None), observations.c.created_at >= since)
        .group_by(name)
        .order_by(calls.desc(), name)
    )
    return [
        {
            "tool_name": row["name"],
            "total_calls": row["calls"],
            "error_rate": _rate(row["errors"], row["calls"]),
            "avg_latency_ms": _rounded(row["latency"]),
        }
        for row in connection.execute(wanted).mappings()
    ]


def model_totals(connection: Connection, tenant_id: int, since: str, *, by_prompt: bool = False) -> list[RowMapping]:
    """Return the totals of each model and provider, and of other steps with a cost.

    The columns are `model` (None for the other steps), `provider`, `calls`, `tokens`, `timed` (the calls with a
    latency), `latency` (its sum, in milliseconds), `given_cost` (the sum of the costs that were sent, None without
    any), and for calls without a cost of their own: their number (`without_cost`), and how many of these have token
    counts (`counted`).

    With `by_prompt` only calls that name a version of a prompt are counted, by `prompt_slug` and `prompt_version`, too;
    `errors` is the number of those that failed.
    """
    row = observations.c
    has_no_cost = row.cost.is_(None)
    prompt = [row.prompt_slug, row.prompt_version] if by_prompt else []
    errors = [_count_if(row.is_error).label("errors")] if by_prompt else []
    is_wanted = row.prompt_slug.is_not(None) if by_prompt else or_(row.model.is_not(None), row.cost.is_not(None))
    wanted = (
        select(
            row.model,
            row.provider,
            *prompt,
            *errors,
            func.count().label("calls"),
            (_sum(row.input_tokens) + _sum(row.output_tokens)).label("tokens"),
            func.count(row.latency_ms).label("timed"),
            func.sum(row.latency_ms).label("latency"),
            func.sum(row.cost).label("given_cost"),
            _count_if(has_no_cost).label("without_cost"),
            _count_if(and_(has_no_cost, _is_counted())).label("counted"),
        )
        .where(row.tenant_id == tenant_id, row.created_at >= since, is_wanted)
        .group_by(row.model, row.provider, *prompt)
    )
    return list(connection.execute(wanted).mappings())


def model_parts(
    connection: Connection, tenant_id: int, since: str, group: RowMapping, *, tiers: Sequence[int], digits: int
) -> list[RowMapping]:
    """Return the tokens of the calls of a group that have no cost of their own, by time and by the size of the input.

    The columns are `period` (the first `digits` characters of the times of the calls), `above` (the largest of `tiers`
    that the input of each call exceeds, 0 for none) and the fields of `Tokens`.
    """
    row = observations.c
    period = (func.substr(row.created_at, 1, digits) if digits else literal("")).label("period")
    exceeded = [(row.input_tokens > tier, tier) for tier in sorted(tiers, reverse=True)]
    above: ColumnElement[int] = (case(*exceeded, else_=0) if exceeded else literal(0)).label("above")
    # The index of models has this condition, without which SQLite does not use it.
    is_indexed = or_(row.model.is_not(None), row.cost.is_not(None))
    of_group = and_(row.model == group["model"], row.provider.is_not_distinct_from(group["provider"]), is_indexed)
    if "prompt_slug" in group:
        of_prompt = and_(row.prompt_slug == group["prompt_slug"], row.prompt_version == group["prompt_version"])
        of_group = and_(of_group, of_prompt)
    wanted = (
        select(period, above, *(_sum(column).label(name) for name, column in _KINDS.items()))
        .where(row.tenant_id == tenant_id, row.created_at >= since, of_group, row.cost.is_(None), _is_counted())
        .group_by(period, above)
    )
    return list(connection.execute(wanted).mappings())


def _is_counted() -> ColumnElement[bool]:
    return or_(observations.c.input_tokens.is_not(None), observations.c.output_tokens.is_not(None))


def _percentiles(connection: Connection, wanted: ColumnElement[bool], timed: int) -> dict[str, Any]:
    # Nearest-rank percentiles.
    ranks = {percent: -(-timed * percent // 100) for percent in _PERCENTILES}
    rank = func.row_number().over(order_by=traces.c.latency_ms)
    ranked = select(traces.c.latency_ms, rank.label("rank")).where(wanted, traces.c.latency_ms.is_not(None)).subquery()
    found = select(ranked.c.rank, ranked.c.latency_ms).where(ranked.c.rank.in_(ranks.values()))
    values: dict[int, float] = {row["rank"]: row["latency_ms"] for row in connection.execute(found).mappings()}
    return {f"p{percent}_latency_ms": values.get(rank) for percent, rank in ranks.items()}


def _count_if(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.count(case((condition, 1)))


def _sum(column: ColumnElement[Any]) -> ColumnElement[Any]:
    # PostgreSQL sums big integers to decimals.
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def _rate(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 3)
