"""The tables of the embedded platform, as of the last migration."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
)

from .alert_tables import alert_firings, alerts
from .columns import CheckedText, JSONText, Number, PlainText, created_column, metadata, numbered_table, tenant_column
from .event_tables import events
from .experiment_tables import experiment_runs, experiment_scenarios, experiment_scores, experiments
from .hosting_data_tables import hosted_agent_versions, hosted_attachments, hosted_credentials
from .hosting_tables import (
    hosted_agents,
    hosted_queue,
    hosted_servers,
    hosted_sessions,
    hosted_turns,
    hosted_workspaces,
)
from .label_tables import labels
from .prompt_tables import prompt_tags, prompt_versions, prompts
from .record_tables import record_datasets, records
from .sandbox_tables import instances, sandboxes
from .score_tables import score_rules, trace_scores
from .snapshot_tables import bundles, snapshot_names, snapshot_tags, snapshots
from .trace_tables import observations, traces

__all__ = [
    "SCHEMA_VERSION",
    "agents",
    "alert_firings",
    "alerts",
    "api_keys",
    "bundles",
    "datasets",
    "events",
    "experiment_runs",
    "experiment_scenarios",
    "experiment_scores",
    "experiments",
    "hosted_agent_versions",
    "hosted_agents",
    "hosted_attachments",
    "hosted_credentials",
    "hosted_queue",
    "hosted_servers",
    "hosted_sessions",
    "hosted_turns",
    "hosted_workspaces",
    "idempotency",
    "instances",
    "jobs",
    "labels",
    "media",
    "metadata",
    "notes",
    "observations",
    "pentests",
    "prompt_tags",
    "prompt_versions",
    "prompts",
    "record_datasets",
    "records",
    "requests",
    "run_tests",
    "run_traces",
    "runs",
    "sandboxes",
    "score_rules",
    "settings",
    "snapshot_names",
    "snapshot_tags",
    "snapshots",
    "specs",
    "tenants",
    "trace_scores",
    "traces",
    "users",
]

SCHEMA_VERSION = "0021"
"""The newest migration; a test compares it with the migrations."""

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
    Column("digest", CheckedText, nullable=False, unique=True),
    Column("scopes", JSONText, nullable=False),
    Column("last_used_at", CheckedText),
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
    Column("updated_at", CheckedText, nullable=False),
    Column("config", JSONText, nullable=False),
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
    Column("request_input_schema", JSONText),
    Column("request", JSONText, nullable=False),
    Column("error", PlainText),
)
Index(None, requests.c.tenant_id, requests.c.id)

datasets = numbered_table(
    "datasets",
    tenant_column(),
    Column("creator_id", Number, ForeignKey("users.id"), nullable=False),
    created_column(),
    Column("updated_at", CheckedText, nullable=False),
    Column("name", PlainText, nullable=False),
    Column("description", PlainText),
    Column("dataset_source", JSONText, nullable=False),
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
    # Not a foreign key: runs outlive their dataset and keep its id.
    Column("dataset_id", Number),
    Column("runner_id", Number, ForeignKey("users.id"), nullable=False),
    created_column(),
    Column("result", JSONText, nullable=False),
    Column("grading_status", CheckedText, nullable=False),
    Column("grading_error", PlainText),
    # `running` while it is played, `lost` if its player was not heard of for too long; NULL: neither.
    Column("playing", CheckedText),
    Column("tests_total", Number),
    Column("cancel_requested", Boolean),
)
Index(None, runs.c.tenant_id, runs.c.id)
Index(None, runs.c.tenant_id, runs.c.dataset_id, runs.c.id)

# The finished tests of runs that are being played; later they are part of `runs.result`.
run_tests = numbered_table(
    "run_tests",
    Column("run_id", Number, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("test_id", CheckedText, nullable=False),
    Column("repeat", Number, nullable=False),
    Column("result", JSONText, nullable=False),
)
Index(None, run_tests.c.run_id, run_tests.c.test_id, run_tests.c.repeat, unique=True)

# The tests that a trace belongs to: those whose `trace_id` it is. The trace may arrive later, or never.
run_traces = Table(
    "run_traces",
    metadata,
    Column("run_id", Number, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    # The id of the test and its repeat; long ids are cut.
    Column("test", CheckedText, primary_key=True),
    Column("tenant_id", Number, ForeignKey("tenants.id"), nullable=False),
    Column("trace_id", CheckedText, nullable=False),
    Column("test_id", JSONText, nullable=False),
    # NULL if the scenario was played once.
    Column("repeat", Number),
)
Index(None, run_traces.c.tenant_id, run_traces.c.trace_id, run_traces.c.run_id)

# Versions of sandbox specs; those of a deleted spec stay, so that numbers are not used again.
specs = numbered_table(
    "specs",
    tenant_column(),
    created_column(),
    Column("name", PlainText, nullable=False),
    Column("version", Number, nullable=False),
    Column("description", PlainText, nullable=False),
    Column("extends", PlainText),
    # As it was sent, which may hold NUL characters only as escapes.
    Column("text", PlainText, nullable=False),
    # Parsed, and merged with what it extends.
    Column("value", JSONText, nullable=False),
    Column("is_active", Boolean, nullable=False),
)
Index(None, specs.c.tenant_id, specs.c.name, specs.c.version, unique=True)

pentests = numbered_table(
    "pentests",
    tenant_column(),
    created_column(),
    Column("agent_name", PlainText, nullable=False),
    Column("mode", PlainText, nullable=False),
    Column("categories_tested", JSONText, nullable=False),
    Column("report", JSONText, nullable=False),
)

notes = numbered_table(
    "notes",
    tenant_column(nullable=True),
    Column("agent_id", Number, ForeignKey("agents.id")),
    created_column(),
    Column("updated_at", CheckedText, nullable=False),
    Column("title", PlainText, nullable=False),
    Column("content", PlainText, nullable=False),
    Column("category", PlainText, nullable=False),
    Column("severity", PlainText, nullable=False),
    Column("active_from", PlainText, nullable=False),
    Column("expires_at", PlainText),
    Column("is_archived", Boolean, nullable=False),
    Column("note_metadata", JSONText, nullable=False),
)

jobs = numbered_table(
    "jobs",
    tenant_column(),
    created_column(),
    Column("kind", CheckedText, nullable=False),
    # The id of a run or request, or of a trace within the tenant.
    Column("subject", CheckedText, nullable=False),
    # How many times a worker has claimed it.
    Column("attempts", Integer, nullable=False),
    # Incremented by each claim and each new enqueue; an outcome counts only if it is unchanged.
    Column("version", Number, nullable=False),
    # When it can be claimed; for a claimed job, when the lease expires. NULL: failed.
    Column("due_at", CheckedText),
    Column("error", PlainText),
    # Of the kinds that have one: higher ones first.
    Column("priority", Number, nullable=False, server_default="0"),
)
Index(None, jobs.c.kind, jobs.c.tenant_id, jobs.c.subject, unique=True)
Index(None, jobs.c.kind, jobs.c.due_at, jobs.c.id)

idempotency = Table(
    "idempotency",
    metadata,
    Column("tenant_id", Number, ForeignKey("tenants.id"), primary_key=True),
    Column("key", CheckedText, primary_key=True),
    created_column(),
    Column("digest", CheckedText, nullable=False),
    # NULL if the response held a secret, which is shown once and not stored.
    Column("answer", JSONText),
)
Index(None, idempotency.c.created_at)

settings = Table(
    "settings",
    metadata,
    Column("name", PlainText, primary_key=True),
    Column("value", PlainText, nullable=False),
)
