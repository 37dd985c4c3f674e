"""One queue for all jobs: traces to be forwarded become jobs of their own kind."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_COLUMNS = ("tenant_id", "created_at", "kind", "subject", "attempts", "version", "due_at", "error")
_FORWARDS = ("tenant_id", "trace_id", "created_at", "attempts", "due_at", "error")
_TENANTS = {"grade_run": "runs", "generate_dataset": "requests"}
"""The table that has the tenant of a job, by kind."""


def upgrade() -> None:
    """Move the rows of both tables into a new table of jobs; interrupted jobs become due at once."""
    waiting = _waiting_jobs()
    op.drop_table("jobs")
    _create_jobs()
    jobs = sa.table("jobs", *map(sa.column, _COLUMNS))
    if waiting:
        op.bulk_insert(jobs, waiting)
    forwards = sa.table(
        "forwards", *map(sa.column, ("tenant_id", "trace_id", "created_at", "attempts", "due_at", "error"))
    )
    row = forwards.c
    moved = sa.select(
        row.tenant_id, row.created_at, sa.literal("forward_trace"), row.trace_id, row.attempts, sa.literal(0),
        row.due_at, row.error,
    )  # fmt: skip
    op.execute(sa.insert(jobs).from_select(list(_COLUMNS), moved.order_by(row.created_at)))
    op.drop_table("forwards")


def _waiting_jobs() -> list[dict[str, Any]]:
    """Return the jobs whose run or request still exists, oldest first."""
    old = sa.table("jobs", *map(sa.column, ("id", "created_at", "kind", "subject_id", "attempts")))
    connection = op.get_bind()
    rows: list[dict[str, Any]] = []
    for kind, name in _TENANTS.items():
        subjects = sa.table(name, sa.column("id"), sa.column("tenant_id"))
        wanted = (
            sa.select(old.c.id, old.c.created_at, old.c.subject_id, old.c.attempts, subjects.c.tenant_id)
            .join_from(old, subjects, subjects.c.id == old.c.subject_id)
            .where(old.c.kind == kind)
        )
        rows += [
            {
                "old_id": row.id,
                "tenant_id": row.tenant_id,
                "created_at": row.created_at,
                "kind": kind,
                "subject": str(row.subject_id),
                "attempts": row.attempts,
                "version": 0,
                "due_at": row.created_at,
                "error": None,
            }
            for row in connection.execute(wanted)
        ]
    rows.sort(key=lambda row: row.pop("old_id"))
    return rows


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("tenant_id", _NUMBER, nullable=False),
        sa.Column("created_at", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("subject", _TEXT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("version", _NUMBER, nullable=False),
        sa.Column("due_at", _TEXT, nullable=True),
        sa.Column("error", _TEXT, nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_jobs_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_jobs_kind_tenant_id_subject"), "jobs", ["kind", "tenant_id", "subject"], unique=True)
    op.create_index(op.f("ix_jobs_kind_due_at_id"), "jobs", ["kind", "due_at", "id"])
