"""The tables of datasets of records."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index

from .columns import CheckedText, JSONText, Number, PlainText, created_column, numbered_table, tenant_column

__all__ = ["record_datasets", "records"]

record_datasets = numbered_table(
    "record_datasets",
    tenant_column(),
    Column("user_id", Number, ForeignKey("users.id"), nullable=False),
    created_column(),
    Column("updated_at", CheckedText, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("description", PlainText, nullable=False),
    # Each request that changes records makes a version.
    Column("version", Number, nullable=False),
    # The records of the newest version.
    Column("record_count", Number, nullable=False),
)
Index(None, record_datasets.c.tenant_id, record_datasets.c.name)

records = numbered_table(
    "records",
    Column("dataset_id", Number, ForeignKey("record_datasets.id", ondelete="CASCADE"), nullable=False),
    created_column(),
    # Unique among the records of one version.
    Column("key", PlainText, nullable=False),
    # The first version that has it, and the first one that does not have it any more.
    Column("added_in", Number, nullable=False),
    Column("removed_in", Number),
    # A line for each tag, as in traces.
    Column("tags", CheckedText),
    Column("content", JSONText, nullable=False),
)
Index(
    None,
    records.c.dataset_id,
    records.c.key,
    unique=True,
    sqlite_where=records.c.removed_in.is_(None),
    postgresql_where=records.c.removed_in.is_(None),
)
Index(None, records.c.dataset_id, records.c.id)
