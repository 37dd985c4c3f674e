"""Datasets of records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "record_datasets",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("user_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("updated_at", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("description", _TEXT, nullable=False),
        sa.Column("version", _NUMBER, nullable=False),
        sa.Column("record_count", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_record_datasets_tenant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_record_datasets_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_datasets")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_record_datasets_tenant_id_name", "record_datasets", ["tenant_id", "name"])
    op.create_table(
        "records",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("dataset_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("added_in", _NUMBER, nullable=False),
        sa.Column("removed_in", _NUMBER, nullable=True),
        sa.Column("tags", _TEXT, nullable=True),
        sa.Column("content", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_id"], ["record_datasets.id"], name=op.f("fk_records_dataset_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_records_dataset_id_key",
        "records",
        ["dataset_id", "key"],
        unique=True,
        sqlite_where=sa.text("removed_in IS NULL"),
        postgresql_where=sa.text("removed_in IS NULL"),
    )
    op.create_index("ix_records_dataset_id_id", "records", ["dataset_id", "id"])
