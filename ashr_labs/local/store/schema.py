"""The tables of the embedded platform, as they are after the last migration."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
)

from .columns import JsonText, PlainText
from .tables import Number, created_column, metadata, numbered_table, tenant_column

__all__ = [
    "SCHEMA_VERSION",
    "agents",
    "api_keys",
    "datasets",
    "idempotency",
    "jobs",
    "media",
    "metadata",
    "notes",
    "observations",
    "pentests",
    "requests",
    "runs",
    "settings",
    "tenants",
    "traces",
    "users",
]

SCHEMA_VERSION = "0002"
"""The newest migration; a test compares it with the migrations themselves."""

tenants = numbered_table(
    "tenants",
    created_column(),
    Column("tenant_name", PlainText, nullable=False),
    Column("is_active", Boolean, nullable=False),
)

users = numbered_table(
    "users",
    tenant_column(),
    created_column(),
    Column("email", PlainText, nullable=False),
    Column("name", PlainText),
    Column("is_active", Boolean, nullable=False),
)

api_keys = numbered_table(
    "api_keys",
    tenant_column(),
    Column("user_id", Number, ForeignKey("users.id"), nullable=False),
    created_column(),
    Column("name", PlainText, nullable=False),
    Column("key_prefix", PlainText, nullable=False),
    Column("digest", PlainText, nullable=False, unique=True),
    Column("scopes", JsonText, nullable=False),
    Column("last_used_at", PlainText),
    Column("expires_at", PlainText),
    Column("is_active", Boolean, nullable=False),
)
Index(None, api_keys.c.tenant_id, api_keys.c.id)

agents = numbered_table(
    "agents",
    tenant_column(),
    Column("creator_id", Number, ForeignKey("users.id")),
    created_column(),
    Column("name", PlainText, nullable=False),
    Column("description", PlainText),
    Column("updated_at", PlainText, nullable=False),
    Column("config", JsonText, nullable=False),
    Column("is_active", Boolean, nullable=False),
)
Index(
    None,
    agents.c.tenant_id,
    agents.c.name,
    unique=True,
    sqlite_where=agents.c.is_active,
    postgresql_where=agents.c.is_active,
)

requests = numbered_table(
    "requests",
    tenant_column(),
    Column("requestor_id", Number, ForeignKey("users.id"), nullable=False),
    created_column(),
    Column("request_name", PlainText, nullable=False),
    Column("request_status", PlainText, nullable=False),
    Column("request_input_schema", JsonText),
    Column("request", JsonText, nullable=False),
    Column("error", PlainText),
)
Index(None, requests.c.tenant_id, requests.c.id)

datasets = numbered_table(
    "datasets",
    tenant_column(),
    Column("creator_id", Number, ForeignKey("users.id"), nullable=False),
    created_column(),
    Column("updated_at", PlainText, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("description", PlainText),
    Column("dataset_source", JsonText, nullable=False),
    Column("agent_id", Number, ForeignKey("agents.id")),
    Column("request_id", Number, ForeignKey("requests.id"), unique=True),
)
Index(None, datasets.c.tenant_id, datasets.c.id)
Index(None, datasets.c.agent_id)

media = numbered_table(
    "media",
    tenant_column(),
    Column("dataset_id", Number, ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False),
    created_column(),
    Column("name", PlainText, nullable=False),
    Column("media_type", PlainText, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
Index(None, media.c.dataset_id, media.c.name, unique=True)

runs = numbered_table(
    "runs",
    tenant_column(),
    # Not a foreign key: a run outlives its dataset, and goes on saying which one it was.
    Column("dataset_id", Number),
    Column("runner_id", Number, ForeignKey("users.id"), nullable=False),
    created_column(),
    Column("result", JsonText, nullable=False),
    Column("grading_status", PlainText, nullable=False),
    Column("grading_error", PlainText),
)
Index(None, runs.c.tenant_id, runs.c.id)
Index(None, runs.c.tenant_id, runs.c.dataset_id, runs.c.id)

pentests = numbered_table(
    "pentests",
    tenant_column(),
    created_column(),
    Column("agent_name", PlainText, nullable=False),
    Column("mode", PlainText, nullable=False),
    Column("categories_tested", JsonText, nullable=False),
    Column("report", JsonText, nullable=False),
)

notes = numbered_table(
    "notes",
    tenant_column(nullable=True),
    Column("agent_id", Number, ForeignKey("agents.id")),
    created_column(),
    Column("updated_at", PlainText, nullable=False),
    Column("title", PlainText, nullable=False),
    Column("content", PlainText, nullable=False),
    Column("category", PlainText, nullable=False),
    Column("severity", PlainText, nullable=False),
    Column("active_from", PlainText, nullable=False),
    Column("expires_at", PlainText),
    Column("is_archived", Boolean, nullable=False),
    Column("note_metadata", JsonText, nullable=False),
)

traces = Table(
    "traces",
    metadata,
    Column("tenant_id", Number, ForeignKey("tenants.id"), primary_key=True),
    Column("id", PlainText, primary_key=True),
    created_column(),
    Column("user_id", PlainText),
    Column("session_id", PlainText),
    # From the first start to the last end among the observations; NULL where that cannot be read.
    Column("latency_ms", Float),
    Column("input_tokens", Number, nullable=False),
    Column("output_tokens", Number, nullable=False),
    Column("tool_calls", Integer, nullable=False),
    Column("has_error", Boolean, nullable=False),
    Column("has_tool_error", Boolean, nullable=False),
    # All fields as they came, but for the observations.
    Column("content", JsonText, nullable=False),
)
# Newest first, with all that the totals of a period need: they never touch the rows themselves.
Index(
    "ix_traces_newest",
    traces.c.tenant_id,
    traces.c.created_at,
    traces.c.id,
    traces.c.latency_ms,
    traces.c.input_tokens,
    traces.c.output_tokens,
    traces.c.tool_calls,
    traces.c.has_error,
)
Index(None, traces.c.tenant_id, traces.c.user_id, traces.c.created_at, traces.c.id)
Index(None, traces.c.tenant_id, traces.c.session_id, traces.c.created_at, traces.c.id)
for _flag in (traces.c.has_error, traces.c.has_tool_error):
    _newest = (traces.c.tenant_id, traces.c.created_at, traces.c.id)
    Index(f"ix_traces_{_flag.name}", *_newest, sqlite_where=_flag, postgresql_where=_flag)

observations = Table(
    "observations",
    metadata,
    Column("tenant_id", Number, primary_key=True),
    Column("trace_id", PlainText, primary_key=True),
    # Place in the trace, from 0: the order in which the client made them.
    Column("position", Integer, primary_key=True),
    # The trace's.
    created_column(),
    # Of a tool's span: its name without `tool:`.
    Column("tool_name", PlainText),
    # Of a generation.
    Column("model", PlainText),
    Column("tokens", Number, nullable=False),
    Column("latency_ms", Float),
    Column("is_error", Boolean, nullable=False),
    # All fields as they came.
    Column("content", JsonText, nullable=False),
    ForeignKeyConstraint(["tenant_id", "trace_id"], ["traces.tenant_id", "traces.id"], ondelete="CASCADE"),
)
# In the order of the groups that are asked for, with all that their totals need.
Index(
    "ix_observations_tools",
    observations.c.tenant_id,
    observations.c.tool_name,
    observations.c.created_at,
    observations.c.is_error,
    observations.c.latency_ms,
    sqlite_where=observations.c.tool_name.is_not(None),
    postgresql_where=observations.c.tool_name.is_not(None),
)
Index(
    "ix_observations_models",
    observations.c.tenant_id,
    observations.c.model,
    observations.c.created_at,
    observations.c.tokens,
    observations.c.latency_ms,
    sqlite_where=observations.c.model.is_not(None),
    postgresql_where=observations.c.model.is_not(None),
)

jobs = numbered_table(
    "jobs",
    created_column(),
    Column("kind", PlainText, nullable=False),
    Column("subject_id", Number, nullable=False),
    Column("attempts", Integer, nullable=False),
    # True while a worker has it. Whoever gets the database's lock after a crash takes all of them up again.
    Column("claimed", Boolean, nullable=False),
)
Index(None, jobs.c.kind, jobs.c.subject_id, unique=True)

idempotency = Table(
    "idempotency",
    metadata,
    Column("tenant_id", Number, ForeignKey("tenants.id"), primary_key=True),
    Column("key", PlainText, primary_key=True),
    created_column(),
    Column("digest", PlainText, nullable=False),
    # NULL where the answer held a secret, which is shown once and never stored.
    Column("answer", JsonText),
)
Index(None, idempotency.c.created_at)

settings = Table(
    "settings",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("value", PlainText, nullable=False),
)
