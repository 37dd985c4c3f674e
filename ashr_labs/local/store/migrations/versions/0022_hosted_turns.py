"""Turns of hosted sessions, workspaces in a table of their own, the queue of prompts, and the servers of sessions."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0023"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables, and move the saved workspaces."""
    op.add_column("jobs", sa.Column("priority", _NUMBER, nullable=False, server_default="0"))
    op.add_column("hosted_sessions", sa.Column("server_id", _TEXT, nullable=True))
    op.create_index("ix_hosted_sessions_server_id", "hosted_sessions", ["server_id"])
    op.create_table(
        "hosted_servers",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("seen_at", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosted_servers")),
    )
    op.create_table(
        "hosted_workspaces",
        sa.Column("session_id", _TEXT, nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("size", _NUMBER, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *_of_session("hosted_workspaces"),
    )
    _move_workspaces()
    op.drop_column("hosted_sessions", "workspace")
    _create_turns()
    _create_queue()


def _of_session(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["session_id"], ["hosted_sessions.id"], name=op.f(f"fk_{table}_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "number", name=op.f(f"pk_{table}")),
    ]


def _move_workspaces() -> None:
    columns = ("id", "last_active_at", "workspace")
    sessions = sa.table("hosted_sessions", *map(sa.column, columns))
    target = sa.table(
        "hosted_workspaces",
        *map(sa.column, ("session_id", "number", "created_at", "digest", "size", "content")),
    )
    connection = op.get_bind()
    for session_id in connection.scalars(sa.select(sessions.c.id).where(sessions.c.workspace.is_not(None))).all():
        row = connection.execute(sa.select(sessions).where(sessions.c.id == session_id)).one()
        moved = {
            "session_id": session_id,
            "number": 1,
            "created_at": row.last_active_at,
            "digest": hashlib.sha256(row.workspace).hexdigest(),
            "size": len(row.workspace),
            "content": row.workspace,
        }
        connection.execute(sa.insert(target), moved)


def _create_turns() -> None:
    counts = ("input_tokens", "output_tokens", "cache_creation_tokens", "cache_read_tokens", "tool_calls")
    op.create_table(
        "hosted_turns",
        sa.Column("session_id", _TEXT, nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("ended_at", _TEXT, nullable=True),
        sa.Column("agent_name", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("trace_id", _TEXT, nullable=False),
        sa.Column("last_message", _NUMBER, nullable=True),
        sa.Column("workspace", _NUMBER, nullable=True),
        *(sa.Column(name, _NUMBER, nullable=False) for name in counts),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_hosted_turns_tenant_id")),
        *_of_session("hosted_turns"),
    )
    op.create_index("ix_hosted_turns_tenant_id_ended_at", "hosted_turns", ["tenant_id", "ended_at"])


def _create_queue() -> None:
    op.create_table(
        "hosted_queue",
        sa.Column("id", _TEXT, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("user_id", _NUMBER, nullable=False),
        sa.Column("agent_name", _TEXT, nullable=False),
        sa.Column("prompt", _TEXT, nullable=False),
        sa.Column("session_id", _TEXT, nullable=True),
        sa.Column("makes_session", sa.Boolean(), nullable=False),
        sa.Column("turn", _NUMBER, nullable=True),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("priority", _NUMBER, nullable=False),
        sa.Column("retry_count", _NUMBER, nullable=False),
        sa.Column("max_retries", _NUMBER, nullable=False),
        sa.Column("error", _TEXT, nullable=True),
        sa.Column("result", _TEXT, nullable=True),
        sa.Column("started_at", _TEXT, nullable=True),
        sa.Column("completed_at", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_hosted_queue_tenant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_hosted_queue_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosted_queue")),
    )
    op.create_index("ix_hosted_queue_tenant_id_created_at", "hosted_queue", ["tenant_id", "created_at"])
