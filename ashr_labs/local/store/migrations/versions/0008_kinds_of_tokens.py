"""Counts of tokens that have prices of their own, and the providers of models."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from ashr_labs._json import as_object

revision = "0008"
down_revision = "0007"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_BATCH = 1000
_MOST_TOKENS = 2**40
_COLUMNS = {
    "cached_input_tokens": "cached_input_tokens",
    "cache_write_tokens": "cache_write_input_tokens",
    "cache_write_1h_tokens": "cache_write_1h_input_tokens",
    "input_audio_tokens": "input_audio_tokens",
    "output_audio_tokens": "output_audio_tokens",
}
"""The new columns, and their names in a usage."""
_PROVIDER_NAMES = ("gen_ai.provider.name", "gen_ai.system", "provider")
_LONGEST_INDEXED = 255
_UNSTORABLE = {0: "\N{REPLACEMENT CHARACTER}", **dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")}
_ADDED = (*_COLUMNS, "provider")
_INDEXED = ("tenant_id", "model", "provider", "created_at", "input_tokens", "output_tokens", "cost", "latency_ms")
_KEY = ("tenant_id", "trace_id", "position")


def upgrade() -> None:
    """Add the columns, fill them from the observations with a model, and add them to the index of totals."""
    op.drop_index("ix_observations_models", "observations")
    for name in _COLUMNS:
        op.add_column("observations", sa.Column(name, _NUMBER, nullable=True))
    op.add_column("observations", sa.Column("provider", _TEXT, nullable=True))
    _fill()
    op.create_index(
        "ix_observations_models",
        "observations",
        [*_INDEXED, *_COLUMNS],
        sqlite_where=sa.text("model IS NOT NULL OR cost IS NOT NULL"),
        postgresql_where=sa.text("model IS NOT NULL OR cost IS NOT NULL"),
    )


def _fill() -> None:
    """Read the counts a batch at a time, so that memory stays small."""
    rows = sa.table("observations", *map(sa.column, (*_KEY, "model", "content", *_ADDED)))
    keys = sa.tuple_(*(rows.c[name] for name in _KEY))
    with_model = sa.select(*(rows.c[name] for name in _KEY), rows.c.content).where(rows.c.model.is_not(None))
    wanted = with_model.order_by(*(rows.c[name] for name in _KEY)).limit(_BATCH)
    change = sa.update(rows).where(*(rows.c[name] == sa.bindparam(f"key_{name}") for name in _KEY))
    change = change.values({name: sa.bindparam(f"new_{name}") for name in _ADDED})
    connection = op.get_bind()
    batch = connection.execute(wanted).all()
    while batch:
        changes = [_change(row) for row in batch]
        if changes := [one for one in changes if any(one[f"new_{name}"] is not None for name in _ADDED)]:
            connection.execute(change, changes)
        last = tuple(getattr(batch[-1], name) for name in _KEY)
        batch = connection.execute(wanted.where(keys > last)).all()


def _change(row: Any) -> dict[str, Any]:
    observation = as_object(json.loads(row.content)) or {}
    usage, metadata = (as_object(observation.get(name)) or {} for name in ("usage", "metadata"))
    counts: dict[str, Any] = {f"new_{column}": _count(usage.get(name)) for column, name in _COLUMNS.items()}
    providers = (metadata.get(name) for name in _PROVIDER_NAMES)
    provider = next((one for one in providers if isinstance(one, str) and len(one) <= _LONGEST_INDEXED), None)
    counts["new_provider"] = provider.translate(_UNSTORABLE) if provider else None
    return {**{f"key_{name}": getattr(row, name) for name in _KEY}, **counts}


def _count(value: object) -> int | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return int(value) if 0 <= value <= _MOST_TOKENS else None
