"""Scoring rules, which score a share of the incoming traces."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, insert, select, update

from ..._time import isoformat
from ...errors import NotFoundError
from ..online.rules import check_rule
from ..store.schema import score_rules, trace_scores
from ..store.score_rows import rule_summaries, summary_of
from .registry import Context, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement

__all__ = [
    "create_score_rule",
    "delete_score_rule",
    "get_score_rule",
    "get_score_rule_summary",
    "list_score_rules",
    "update_score_rule",
]

_CHANGED = ("name", "type", "config", "online", "is_active")
_DAYS = 7
_SECONDS_PER_DAY = 86_400


@operation("create_score_rule", writes=True)
def create_score_rule(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Store a rule."""
    row = {
        "tenant_id": context.principal.tenant_id,
        "id": f"rule_{secrets.token_hex(8)}",
        "created_at": context.timestamp,
        "updated_at": context.timestamp,
        "name": params["name"],
        "type": params["type"],
        "config": params.get("config", {}),
        "online": params.get("online"),
        "is_active": params.get("is_active", True),
    }
    _check(row)
    context.connection.execute(insert(score_rules), row)
    return _record(row)


@operation("list_score_rules")
def list_score_rules(context: Context, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return all rules, oldest first."""
    mine = select(score_rules).where(score_rules.c.tenant_id == context.principal.tenant_id)
    rows = context.connection.execute(mine.order_by(score_rules.c.created_at, score_rules.c.id)).mappings()
    return [_record(row) for row in rows]


@operation("get_score_rule")
def get_score_rule(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return one rule."""
    return _record(_found(context, params["rule_id"]))


@operation("update_score_rule", writes=True)
def update_score_rule(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Change the given fields of a rule; traces that are scored already keep their scores."""
    row = {**_found(context, params["rule_id"]), **{name: params[name] for name in _CHANGED if name in params}}
    row["updated_at"] = context.timestamp
    _check(row)
    changes = {name: row[name] for name in (*_CHANGED, "updated_at")}
    context.connection.execute(update(score_rules).where(_is(context, row["id"])).values(changes))
    return _record(row)


@operation("delete_score_rule", writes=True)
def delete_score_rule(context: Context, params: Mapping[str, Any]) -> None:
    """Delete a rule; its scores stay."""
    _found(context, params["rule_id"])
    context.connection.execute(delete(score_rules).where(_is(context, params["rule_id"])))


@operation("get_score_rule_summary")
def get_score_rule_summary(context: Context, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outcomes of a rule for the traces of the last days."""
    rule = _found(context, params["rule_id"])
    since = isoformat(context.moment - params.get("days", _DAYS) * _SECONDS_PER_DAY)
    found = rule_summaries(
        context.connection,
        trace_scores.c.tenant_id == context.principal.tenant_id,
        trace_scores.c.rule_id == rule["id"],
        trace_scores.c.created_at >= since,
    )
    return {**(found[0] if found else summary_of(rule["id"], rule["name"])), "name": rule["name"]}


def _check(row: Mapping[str, Any]) -> None:
    check_rule(row["name"], row["type"], row["config"], is_online=row["online"] is not None)


def _is(context: Context, rule_id: str) -> ColumnElement[bool]:
    return and_(score_rules.c.tenant_id == context.principal.tenant_id, score_rules.c.id == rule_id)


def _found(context: Context, rule_id: str) -> Mapping[str, Any]:
    row: Any = context.connection.execute(select(score_rules).where(_is(context, rule_id))).mappings().first()
    if row is None:
        raise NotFoundError(f"there is no scoring rule {rule_id!r}")
    return dict(row)


def _record(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "tenant_id"}
