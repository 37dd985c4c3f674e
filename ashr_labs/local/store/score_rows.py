"""Reads and writes of scoring rules and of the scores of traces."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, bindparam, case, func, select

from .columns import upsert
from .schema import score_rules, trace_scores

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from .columns import Upsert

__all__ = ["SCORED", "active_rules", "has_rules", "rule_summaries", "scores_of", "spent", "store_scores", "summary_of"]

SCORED: Final = "scored"

_ACTIVE = and_(
    score_rules.c.tenant_id == bindparam("tenant"), score_rules.c.is_active, score_rules.c.online.is_not(None)
)
_HAS_RULES = select(score_rules.c.id).where(_ACTIVE).limit(1)
_RULES = select(score_rules).where(_ACTIVE).order_by(score_rules.c.id)
_SPENT = select(
    func.coalesce(func.sum(trace_scores.c.cost_usd), 0.0),
    func.count(case((and_(trace_scores.c.outcome == SCORED, trace_scores.c.cost_usd.is_(None)), 1))),
).where(
    trace_scores.c.tenant_id == bindparam("tenant"),
    trace_scores.c.rule_id == bindparam("rule"),
    trace_scores.c.created_at >= bindparam("since"),
)
_SHOWN = ("rule_id", "name", "score", "passed", "message", "cost_usd", "created_at")


def has_rules(connection: Connection, tenant_id: int) -> bool:
    """Return True if a tenant has rules that score incoming traces."""
    return connection.execute(_HAS_RULES, {"tenant": tenant_id}).first() is not None


def active_rules(connection: Connection, tenant_id: int) -> Sequence[Mapping[Any, Any]]:
    """Return the rows of the rules that score incoming traces."""
    return connection.execute(_RULES, {"tenant": tenant_id}).mappings().all()


def spent(connection: Connection, tenant_id: int, rule_id: str, since: str) -> tuple[float, int]:
    """Return what the scores of a rule have cost since a time, in US dollars, and of how many that is not known."""
    total, unknown = connection.execute(_SPENT, {"tenant": tenant_id, "rule": rule_id, "since": since}).one()
    return float(total), unknown


def store_scores(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store the outcomes of rules for traces; an earlier one is replaced, and its cost is added."""
    if rows:
        connection.execute(_store(connection.dialect.name), list(rows))


def scores_of(connection: Connection, tenant_id: int, trace_ids: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the scores of traces by trace id, in the order of their rules' names."""
    if not trace_ids:
        return {}
    columns = [trace_scores.c.trace_id, *(trace_scores.c[name] for name in _SHOWN)]
    wanted = select(*columns).where(
        trace_scores.c.tenant_id == tenant_id,
        trace_scores.c.trace_id.in_(list(trace_ids)),
        trace_scores.c.outcome == SCORED,
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(wanted.order_by(trace_scores.c.name, trace_scores.c.rule_id)).mappings():
        found.setdefault(row["trace_id"], []).append({name: row[name] for name in _SHOWN})
    return found


def rule_summaries(connection: Connection, *conditions: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Return the outcomes of rules, by rule: scores, costs, and skipped traces by reason."""
    found: dict[str, dict[str, Any]] = {}
    for row in _totals(connection, *conditions):
        summary = found.setdefault(row["rule_id"], summary_of(row["rule_id"], row["name"]))
        summary["cost_usd"] += row["cost_usd"] or 0.0
        if row["outcome"] == SCORED:
            summary |= {"scored": row["traces"], "mean": row["mean"], "pass_rate": row["passed"] / row["traces"]}
        else:
            summary["skipped"][row["outcome"]] = row["traces"]
    return list(found.values())


def summary_of(rule_id: str, name: str) -> dict[str, Any]:
    """Return the summary of a rule that was for no trace."""
    return {
        "rule_id": rule_id,
        "name": name,
        "scored": 0,
        "mean": None,
        "pass_rate": None,
        "cost_usd": 0.0,
        "skipped": {},
    }


def _totals(connection: Connection, *conditions: ColumnElement[bool]) -> Sequence[Mapping[Any, Any]]:
    rule, outcome = trace_scores.c.rule_id, trace_scores.c.outcome
    totals = select(
        rule,
        outcome,
        func.max(trace_scores.c.name).label("name"),
        func.count().label("traces"),
        func.avg(trace_scores.c.score).label("mean"),
        func.count(case((trace_scores.c.passed, 1))).label("passed"),
        func.sum(trace_scores.c.cost_usd).label("cost_usd"),
    )
    wanted = totals.where(*conditions).group_by(rule, outcome).order_by(rule, outcome)
    return connection.execute(wanted).mappings().all()


@cache
def _store(dialect: str) -> Upsert:
    new = upsert(dialect, trace_scores)
    key = [trace_scores.c.tenant_id, trace_scores.c.trace_id, trace_scores.c.rule_id]
    changes: dict[str, Any] = {
        column.name: new.excluded[column.name] for column in trace_scores.c if not column.primary_key
    }
    # What an earlier score has cost still counts; unknown plus anything is unknown.
    changes["cost_usd"] = trace_scores.c.cost_usd + new.excluded.cost_usd
    return new.on_conflict_do_update(index_elements=key, set_=changes)
