"""Columns to find traces by, token counts and costs, and the queue of traces to forward."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from ashr_labs._json import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

revision = "0003"
down_revision = "0002"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BATCH = 1000
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_LONGEST_INDEXED = 255
_LONGEST_SEARCHED = 20_000
_MOST_TOKENS = 2**40
_UNSTORABLE = {0: "\N{REPLACEMENT CHARACTER}", **dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")}


def upgrade() -> None:
    """Add the columns, fill them from what was kept, and index them."""
    op.drop_index("ix_observations_models", "observations")
    op.drop_column("observations", "tokens")
    for name, kind in (("input_tokens", _NUMBER), ("output_tokens", _NUMBER), ("cost", sa.Float())):
        op.add_column("observations", sa.Column(name, kind))
    for name in ("name", "tags", "search_text"):
        op.add_column("traces", sa.Column(name, _TEXT))
    _fill("traces", ("tenant_id", "id"), _found_by)
    _fill("observations", ("tenant_id", "trace_id", "position"), _priced_by)
    op.create_index(op.f("ix_traces_tenant_id_name_created_at_id"), "traces", ["tenant_id", "name", "created_at", "id"])
    op.create_index(
        "ix_observations_models",
        "observations",
        ["tenant_id", "model", "created_at", "input_tokens", "output_tokens", "cost", "latency_ms"],
        sqlite_where=sa.text("model IS NOT NULL OR cost IS NOT NULL"),
        postgresql_where=sa.text("model IS NOT NULL OR cost IS NOT NULL"),
    )
    _make_forwards()


def _make_forwards() -> None:
    op.create_table(
        "forwards",
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("trace_id", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", _TEXT, nullable=True),
        sa.Column("error", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "trace_id"],
            ["traces.tenant_id", "traces.id"],
            name=op.f("fk_forwards_tenant_id_trace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "trace_id", name=op.f("pk_forwards")),
    )
    op.create_index(op.f("ix_forwards_due_at"), "forwards", ["due_at"])


def _fill(table: str, key: tuple[str, ...], values_of: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
    """Compute columns of every row from its content, a batch at a time, so that memory stays small."""
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in (*key, "content", *values_of({}))]
    rows = sa.table(table, *columns)
    keys = sa.tuple_(*(rows.c[name] for name in key))
    wanted = sa.select(*(rows.c[name] for name in key), rows.c.content).order_by(*(rows.c[name] for name in key))
    change = sa.update(rows).where(*(rows.c[name] == sa.bindparam(f"key_{name}") for name in key))
    change = change.values({name: sa.bindparam(f"new_{name}") for name in values_of({})})
    connection = op.get_bind()
    batch = connection.execute(wanted.limit(_BATCH)).all()
    while batch:
        changes = [
            {
                **{f"key_{name}": getattr(row, name) for name in key},
                **{f"new_{name}": value for name, value in values_of(json.loads(row.content)).items()},
            }
            for row in batch
        ]
        connection.execute(change, changes)
        last = tuple(getattr(batch[-1], name) for name in key)
        batch = connection.execute(wanted.where(keys > last).limit(_BATCH)).all()


def _found_by(trace: Mapping[str, Any]) -> dict[str, Any]:
    tags = [str(tag) for tag in as_list(trace.get("tags")) or ()]
    told = [trace.get("name"), trace.get("user_id"), trace.get("session_id")]
    parts = [*(str(text) for text in told if text is not None), *tags, *_texts(trace.get("metadata") or {})]
    name = trace.get("name")
    return {
        "name": _indexed(name.translate(_UNSTORABLE)) if isinstance(name, str) else None,
        "tags": "\n".join(["", *map(json.dumps, tags), ""]) if tags else None,
        "search_text": "\n".join(parts).casefold().translate(_UNSTORABLE)[:_LONGEST_SEARCHED],
    }


def _indexed(text: str) -> str:
    if len(text) <= _LONGEST_INDEXED:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{text[: _LONGEST_INDEXED - len(digest) - 1]}~{digest}"


def _texts(value: object) -> list[str]:
    if (fields := as_object(value)) is not None:
        return [text for name, item in fields.items() for text in (name, *_texts(item))]
    if (items := as_list(value)) is not None:
        return [text for item in items for text in _texts(item)]
    return [value if isinstance(value, str) else json.dumps(value)]


def _priced_by(observation: Mapping[str, Any]) -> dict[str, Any]:
    usage = as_object(observation.get("usage")) or {}
    costs = [_number(cost, 1e12) for cost in (usage.get("cost"), observation.get("cost"))]
    return {
        "input_tokens": _count(usage.get("input_tokens")),
        "output_tokens": _count(usage.get("output_tokens")),
        "cost": next((float(cost) for cost in costs if cost is not None), None),
    }


def _count(value: object) -> int | None:
    number = _number(value, _MOST_TOKENS)
    return None if number is None else int(number)


def _number(value: object, highest: float) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return value if 0 <= value <= highest else None
