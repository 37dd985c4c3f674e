"""The tables of the embedded platform, as they are after the last migration."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, Table, text

from .columns import JsonText, PlainText

__all__ = [
    "SCHEMA_VERSION",
    "agents",
    "api_keys",
    "datasets",
    "idempotency",
    "jobs",
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

SCHEMA_VERSION = "0001"
"""The newest migration; a test compares it with the migrations themselves."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Rows' own numbers have 64 bits everywhere; SQLite counts up only for the type that is called INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")


def _table(name: str, *parts: Any) -> Table:
    # AUTOINCREMENT: the number of a deleted row is never given to another one.
    return Table(name, metadata, Column("id", _Number, primary_key=True), *parts, sqlite_autoincrement=True)


def _tenant(*, nullable: bool = False) -> Column[int]:
    return Column("tenant_id", _Number, ForeignKey("tenants.id"), nullable=nullable)


def _created() -> Column[str]:
    # UTC with microseconds and a trailing Z: of fixed width, so text order is time order.
    return Column("created_at", PlainText, nullable=False)


tenants = _table(
    "tenants",
    _created(),
    Column("tenant_name", PlainText, nullable=False),
    Column("is_active", Boolean, nullable=False),
)

users = _table(
    "users",
    _tenant(),
    _created(),
    Column("email", PlainText, nullable=False),
    Column("name", PlainText),
    Column("is_active", Boolean, nullable=False),
)

api_keys = _table(
    "api_keys",
    _tenant(),
    Column("user_id", _Number, ForeignKey("users.id"), nullable=False),
    _created(),
    Column("name", PlainText, nullable=False),
    Column("key_prefix", PlainText, nullable=False),
    Column("digest", PlainText, nullable=False, unique=True),
    Column("scopes", JsonText, nullable=False),
    Column("last_used_at", PlainText),
    Column("expires_at", PlainText),
    Column("is_active", Boolean, nullable=False),
)
Index(None, api_keys.c.tenant_id, api_keys.c.id)

agents = _table(
    "agents",
    _tenant(),
    Column("creator_id", _Number, ForeignKey("users.id")),
    _created(),
    Column("name", PlainText, nullable=False),
    Column("description", PlainText),
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

requests = _table(
    "requests",
    _tenant(),
    Column("requestor_id", _Number, ForeignKey("users.id"), nullable=False),
    _created(),
    Column("request_name", PlainText, nullable=False),
    Column("request_status", PlainText, nullable=False),
    Column("request_input_schema", JsonText),
    Column("request", JsonText, nullable=False),
    Column("error", PlainText),
)
Index(None, requests.c.tenant_id, requests.c.id)

datasets = _table(
    "datasets",
    _tenant(),
    Column("creator_id", _Number, ForeignKey("users.id"), nullable=False),
    _created(),
    Column("name", PlainText, nullable=False),
    Column("description", PlainText),
    Column("dataset_source", JsonText, nullable=False),
    Column("agent_id", _Number, ForeignKey("agents.id")),
    Column("request_id", _Number, ForeignKey("requests.id"), unique=True),
)
Index(None, datasets.c.tenant_id, datasets.c.id)
Index(None, datasets.c.agent_id)

runs = _table(
    "runs",
    _tenant(),
    # Not a foreign key: a run outlives its dataset, and goes on saying which one it was.
    Column("dataset_id", _Number),
    Column("runner_id", _Number, ForeignKey("users.id"), nullable=False),
    _created(),
    Column("result", JsonText, nullable=False),
    Column("grading_status", PlainText, nullable=False),
    Column("grading_error", PlainText),
)
Index(None, runs.c.tenant_id, runs.c.id)
Index(None, runs.c.tenant_id, runs.c.dataset_id, runs.c.id)

pentests = _table(
    "pentests",
    _tenant(),
    _created(),
    Column("agent_name", PlainText, nullable=False),
    Column("mode", PlainText, nullable=False),
    Column("categories_tested", JsonText, nullable=False),
    Column("report", JsonText, nullable=False),
)

notes = _table(
    "notes",
    _tenant(nullable=True),
    Column("agent_id", _Number, ForeignKey("agents.id")),
    _created(),
    Column("updated_at", PlainText, nullable=False),
    Column("title", PlainText, nullable=False),
    Column("content", PlainText, nullable=False),
    Column("category", PlainText, nullable=False),
    Column("severity", PlainText, nullable=False),
    Column("active_from", PlainText),
    Column("expires_at", PlainText),
    Column("is_archived", Boolean, nullable=False),
    Column("note_metadata", JsonText),
)

traces = Table(
    "traces",
    metadata,
    Column("tenant_id", _Number, ForeignKey("tenants.id"), primary_key=True),
    Column("id", PlainText, primary_key=True),
    _created(),
    Column("name", PlainText),
    Column("user_id", PlainText),
    Column("session_id", PlainText),
    Column("metadata", JsonText),
    Column("tags", JsonText),
    Column("output", JsonText),
    # Fields that the contract does not name, as they came.
    Column("extra", JsonText),
    # Seconds since 1970: the first start and the last end among the observations.
    Column("started_at", Float),
    Column("ended_at", Float),
    Column("has_error", Boolean, nullable=False),
    Column("has_tool_error", Boolean, nullable=False),
)
Index(None, traces.c.tenant_id, traces.c.created_at, traces.c.id)
Index(None, traces.c.tenant_id, traces.c.user_id, traces.c.created_at)
Index(None, traces.c.tenant_id, traces.c.session_id, traces.c.created_at)
Index(
    "ix_traces_errors",
    traces.c.tenant_id,
    traces.c.created_at,
    sqlite_where=traces.c.has_error,
    postgresql_where=traces.c.has_error,
)

observations = Table(
    "observations",
    metadata,
    Column("tenant_id", _Number, ForeignKey("tenants.id"), primary_key=True),
    Column("trace_id", PlainText, primary_key=True),
    # Place in the trace, from 0: the order in which the client made them.
    Column("position", Integer, primary_key=True),
    Column("id", PlainText),
    Column("type", PlainText, nullable=False),
    Column("name", PlainText),
    Column("parent_observation_id", PlainText),
    # As the client wrote them; the numbers are the same moments in seconds since 1970, NULL where unreadable.
    Column("start_time", PlainText),
    Column("end_time", PlainText),
    Column("started_at", Float),
    Column("ended_at", Float),
    Column("level", PlainText),
    Column("status_message", PlainText),
    Column("model", PlainText),
    Column("input_tokens", _Number),
    Column("output_tokens", _Number),
    Column("input", JsonText),
    Column("output", JsonText),
    Column("metadata", JsonText),
    Column("extra", JsonText),
)
Index(None, observations.c.tenant_id, observations.c.type, observations.c.started_at)

jobs = _table(
    "jobs",
    _created(),
    Column("kind", PlainText, nullable=False),
    Column("subject_id", _Number, nullable=False),
    Column("attempts", Integer, nullable=False),
    # True while a worker has it. Whoever gets the database's lock after a crash takes all of them up again.
    Column("claimed", Boolean, nullable=False),
)
Index(None, jobs.c.kind, jobs.c.subject_id, unique=True)

idempotency = Table(
    "idempotency",
    metadata,
    Column("tenant_id", _Number, ForeignKey("tenants.id"), primary_key=True),
    Column("key", PlainText, primary_key=True),
    _created(),
    Column("operation", PlainText, nullable=False),
    Column("digest", PlainText, nullable=False),
    Column("answer", JsonText, nullable=False),
)
Index(None, idempotency.c.created_at)

settings = Table(
    "settings",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("value", PlainText, nullable=False),
)
