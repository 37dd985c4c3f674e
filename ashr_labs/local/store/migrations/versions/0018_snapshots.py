"""Agent snapshots; one store of bundles for them and for deployed agents."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from ashr_labs.bundles import read_bundle

revision = "0018"
down_revision = "0020"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _table(name: str, *columns: str) -> sa.TableClause:
    described: list[sa.ColumnClause[Any]] = [sa.column(column) for column in columns]
    return sa.table(name, *described)


_AGENTS = _table("hosted_agents", "id", "tenant_id", "updated_at", "bundle", "digest")
_BUNDLES = _table("bundles", "tenant_id", "digest", "created_at", "size_bytes", "content")
_OF_BUNDLE = ["tenant_id", "digest"], ["bundles.tenant_id", "bundles.digest"]
_OF_NAME = ["tenant_id", "name"], ["snapshot_names.tenant_id", "snapshot_names.name"]


def upgrade() -> None:
    """Make the tables, move the bundles of deployed agents, and let experiments name a snapshot."""
    op.create_table(
        "bundles",
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("size_bytes", _NUMBER, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_bundles_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "digest", name=op.f("pk_bundles")),
    )
    _make_snapshots()
    _move_bundles()
    op.add_column("experiments", sa.Column("snapshot_id", _NUMBER, nullable=True))


def _make_snapshots() -> None:
    op.create_table(
        "snapshot_names",
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("last_version", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_snapshot_names_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "name", name=op.f("pk_snapshot_names")),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("user_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("version", _NUMBER, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("runtime", _TEXT, nullable=False),
        sa.Column("entrypoint", _TEXT, nullable=False),
        sa.Column("auth", _TEXT, nullable=True),
        sa.Column("requirements", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_snapshots_tenant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_snapshots_user_id")),
        sa.ForeignKeyConstraint(*_OF_NAME, name=op.f("fk_snapshots_tenant_id_name")),
        sa.ForeignKeyConstraint(*_OF_BUNDLE, name=op.f("fk_snapshots_tenant_id_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sqlite_autoincrement=True,
    )
    key = ["tenant_id", "name", "version"]
    op.create_index("ix_snapshots_tenant_id_name_version", "snapshots", key, unique=True)
    op.create_index("ix_snapshots_tenant_id_digest", "snapshots", ["tenant_id", "digest"])
    op.create_table(
        "snapshot_tags",
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("tag", _TEXT, nullable=False),
        sa.Column("snapshot_id", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_snapshot_tags_snapshot_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(*_OF_NAME, name=op.f("fk_snapshot_tags_tenant_id_name")),
        sa.PrimaryKeyConstraint("tenant_id", "name", "tag", name=op.f("pk_snapshot_tags")),
    )
    op.create_index("ix_snapshot_tags_snapshot_id", "snapshot_tags", ["snapshot_id"])


def _move_bundles() -> None:
    op.add_column("hosted_agents", sa.Column("digest", _TEXT, nullable=True))
    _fill_digests()
    with op.batch_alter_table("hosted_agents") as table:
        table.alter_column("digest", existing_type=_TEXT, nullable=False)
        table.drop_column("bundle")
        table.create_foreign_key(op.f("fk_hosted_agents_tenant_id_digest"), "bundles", *(_OF_BUNDLE[0],) * 2)
    op.create_index("ix_hosted_agents_tenant_id_digest", "hosted_agents", ["tenant_id", "digest"])


def _fill_digests() -> None:
    connection = op.get_bind()
    for key in connection.scalars(sa.select(_AGENTS.c.id)).all():  # one at a time: they can be large
        row = connection.execute(sa.select(_AGENTS).where(_AGENTS.c.id == key)).one()
        digest = read_bundle(row.bundle).digest
        is_there = sa.exists().where(_BUNDLES.c.tenant_id == row.tenant_id, _BUNDLES.c.digest == digest)
        if not connection.scalar(sa.select(is_there)):
            values = {"tenant_id": row.tenant_id, "digest": digest, "created_at": row.updated_at}
            values |= {"size_bytes": len(row.bundle), "content": row.bundle}
            connection.execute(sa.insert(_BUNDLES), values)
        connection.execute(sa.update(_AGENTS).where(_AGENTS.c.id == key).values(digest=digest))
