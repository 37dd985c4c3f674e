"""Versions of deployed agents, credentials, and attachments of sessions."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_OF_TENANT = ["tenant_id"], ["tenants.id"]


def _table(name: str, *columns: str) -> sa.TableClause:
    described: list[sa.ColumnClause[Any]] = [sa.column(column) for column in columns]
    return sa.table(name, *described)


_AGENTS = _table("hosted_agents", "id", "tenant_id", "updated_at", "version", "digest")
_VERSIONS = _table(
    "hosted_agent_versions", "agent_id", "number", "id", "tenant_id", "created_at", "updated_at", "name", "digest"
)


def upgrade() -> None:
    """Make the tables; each agent has its present version."""
    _make_versions()
    op.create_table(
        "hosted_credentials",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("type", _TEXT, nullable=False),
        sa.Column("label", _TEXT, nullable=False),
        sa.Column("sealed_key", _TEXT, nullable=False),
        sa.Column("last_used_at", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(*_OF_TENANT, name=op.f("fk_hosted_credentials_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosted_credentials")),
    )
    op.create_index("ix_hosted_credentials_tenant_id_created_at", "hosted_credentials", ["tenant_id", "created_at"])
    op.create_table(
        "hosted_attachments",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("session_id", _TEXT, nullable=False),
        sa.Column("message_id", _TEXT, nullable=False),
        sa.Column("filename", _TEXT, nullable=False),
        sa.Column("mime_type", _TEXT, nullable=False),
        sa.Column("size", _NUMBER, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(*_OF_TENANT, name=op.f("fk_hosted_attachments_tenant_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["hosted_sessions.id"], name=op.f("fk_hosted_attachments_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosted_attachments")),
    )
    op.create_index("ix_hosted_attachments_session_id_created_at", "hosted_attachments", ["session_id", "created_at"])


def _make_versions() -> None:
    op.create_table(
        "hosted_agent_versions",
        sa.Column("agent_id", _TEXT, nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("updated_at", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("system_prompt", _TEXT, nullable=True),
        sa.Column("release_notes", _TEXT, nullable=True),
        sa.Column("digest", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(*_OF_TENANT, name=op.f("fk_hosted_agent_versions_tenant_id")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["hosted_agents.id"], name=op.f("fk_hosted_agent_versions_agent_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "digest"],
            ["bundles.tenant_id", "bundles.digest"],
            name=op.f("fk_hosted_agent_versions_tenant_id_digest"),
        ),
        sa.PrimaryKeyConstraint("agent_id", "number", name=op.f("pk_hosted_agent_versions")),
    )
    op.create_index("ix_hosted_agent_versions_tenant_id_digest", "hosted_agent_versions", ["tenant_id", "digest"])
    op.add_column("hosted_agents", sa.Column("last_version", _NUMBER, nullable=True))
    op.add_column("hosted_agents", sa.Column("environment", _TEXT, nullable=True))
    op.add_column("hosted_agents", sa.Column("defaults", _TEXT, nullable=True))
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE hosted_agents SET last_version = version, environment = '{}', defaults = '{}'"))
    for agent in connection.execute(sa.select(_AGENTS)).all():
        values = {"agent_id": agent.id, "number": agent.version, "id": str(uuid.uuid4()), "tenant_id": agent.tenant_id}
        values |= {"created_at": agent.updated_at, "updated_at": agent.updated_at, "name": f"v{agent.version}"}
        connection.execute(sa.insert(_VERSIONS), {**values, "digest": agent.digest})
    with op.batch_alter_table("hosted_agents") as table:
        for column, kind in (("last_version", _NUMBER), ("environment", _TEXT), ("defaults", _TEXT)):
            table.alter_column(column, existing_type=kind, nullable=False)
