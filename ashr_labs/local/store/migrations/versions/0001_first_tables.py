"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_jobs_kind_subject_id"), "jobs", ["kind", "subject_id"], unique=True)
    op.create_table(
        "settings",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("value", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("tenant_name", _TEXT, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "idempotency",
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("answer", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_idempotency_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_index(op.f("ix_idempotency_created_at"), "idempotency", ["created_at"], unique=False)
    op.create_table(
        "pentests",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("agent_name", _TEXT, nullable=False),
        sa.Column("mode", _TEXT, nullable=False),
        sa.Column("categories_tested", _TEXT, nullable=False),
        sa.Column("report", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_pentests_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pentests")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "traces",
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("user_id", _TEXT, nullable=True),
        sa.Column("session_id", _TEXT, nullable=True),
        sa.Column("latency_ms", sa.Float(), nullable=True),
        sa.Column("input_tokens", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("output_tokens", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tool_calls", sa.Integer(), nullable=False),
        sa.Column("has_error", sa.Boolean(), nullable=False),
        sa.Column("has_tool_error", sa.Boolean(), nullable=False),
        sa.Column("content", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_traces_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_traces")),
    )
    op.create_index(
        "ix_traces_has_error",
        "traces",
        ["tenant_id", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("has_error"),
        postgresql_where=sa.text("has_error"),
    )
    op.create_index(
        "ix_traces_newest",
        "traces",
        ["tenant_id", "created_at", "id", "latency_ms", "input_tokens", "output_tokens", "tool_calls", "has_error"],
        unique=False,
    )
    op.create_index(
        op.f("ix_traces_tenant_id_session_id_created_at_id"),
        "traces",
        ["tenant_id", "session_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_traces_tenant_id_user_id_created_at_id"),
        "traces",
        ["tenant_id", "user_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_traces_has_tool_error",
        "traces",
        ["tenant_id", "created_at", "id"],
        unique=False,
        sqlite_where=sa.text("has_tool_error"),
        postgresql_where=sa.text("has_tool_error"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("email", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_users_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "agents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("creator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("description", _TEXT, nullable=True),
        sa.Column("updated_at", _TEXT, nullable=False),
        sa.Column("config", _TEXT, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["creator_id"], ["users.id"], name=op.f("fk_agents_creator_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_agents_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_agents_tenant_id_name"),
        "agents",
        ["tenant_id", "name"],
        unique=True,
        sqlite_where=sa.text("is_active"),
        postgresql_where=sa.text("is_active"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("key_prefix", _TEXT, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("scopes", _TEXT, nullable=False),
        sa.Column("last_used_at", _TEXT, nullable=True),
        sa.Column("expires_at", _TEXT, nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_api_keys_tenant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_api_keys_tenant_id_id"), "api_keys", ["tenant_id", "id"], unique=False)
    op.create_table(
        "observations",
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("trace_id", _TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("tool_name", _TEXT, nullable=True),
        sa.Column("model", _TEXT, nullable=True),
        sa.Column("tokens", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("latency_ms", sa.Float(), nullable=True),
        sa.Column("is_error", sa.Boolean(), nullable=False),
        sa.Column("content", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "trace_id"],
            ["traces.tenant_id", "traces.id"],
            name=op.f("fk_observations_tenant_id_trace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "trace_id", "position", name=op.f("pk_observations")),
    )
    op.create_index(
        "ix_observations_models",
        "observations",
        ["tenant_id", "model", "created_at", "tokens", "latency_ms"],
        unique=False,
        sqlite_where=sa.text("model IS NOT NULL"),
        postgresql_where=sa.text("model IS NOT NULL"),
    )
    op.create_index(
        "ix_observations_tools",
        "observations",
        ["tenant_id", "tool_name", "created_at", "is_error", "latency_ms"],
        unique=False,
        sqlite_where=sa.text("tool_name IS NOT NULL"),
        postgresql_where=sa.text("tool_name IS NOT NULL"),
    )
    op.create_table(
        "requests",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("requestor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("request_name", _TEXT, nullable=False),
        sa.Column("request_status", _TEXT, nullable=False),
        sa.Column("request_input_schema", _TEXT, nullable=True),
        sa.Column("request", _TEXT, nullable=False),
        sa.Column("error", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["requestor_id"], ["users.id"], name=op.f("fk_requests_requestor_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_requests_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_requests_tenant_id_id"), "requests", ["tenant_id", "id"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dataset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("runner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("result", _TEXT, nullable=False),
        sa.Column("grading_status", _TEXT, nullable=False),
        sa.Column("grading_error", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["runner_id"], ["users.id"], name=op.f("fk_runs_runner_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_runs_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_runs_tenant_id_dataset_id_id"), "runs", ["tenant_id", "dataset_id", "id"], unique=False)
    op.create_index(op.f("ix_runs_tenant_id_id"), "runs", ["tenant_id", "id"], unique=False)
    op.create_table(
        "datasets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("creator_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("updated_at", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("description", _TEXT, nullable=True),
        sa.Column("dataset_source", _TEXT, nullable=False),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_datasets_agent_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["users.id"], name=op.f("fk_datasets_creator_id")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_datasets_request_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_datasets_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datasets")),
        sa.UniqueConstraint("request_id", name=op.f("uq_datasets_request_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_datasets_agent_id"), "datasets", ["agent_id"], unique=False)
    op.create_index(op.f("ix_datasets_tenant_id_id"), "datasets", ["tenant_id", "id"], unique=False)
    op.create_table(
        "notes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("agent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("updated_at", _TEXT, nullable=False),
        sa.Column("title", _TEXT, nullable=False),
        sa.Column("content", _TEXT, nullable=False),
        sa.Column("category", _TEXT, nullable=False),
        sa.Column("severity", _TEXT, nullable=False),
        sa.Column("active_from", _TEXT, nullable=False),
        sa.Column("expires_at", _TEXT, nullable=True),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("note_metadata", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_notes_agent_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_notes_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sqlite_autoincrement=True,
    )
