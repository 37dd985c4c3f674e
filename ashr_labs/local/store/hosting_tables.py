"""The tables of deployed agents and their sessions."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Table

from .columns import CheckedText, JSONText, Number, PlainText, created_column, metadata, tenant_column

__all__ = [
    "hosted_agents",
    "hosted_queue",
    "hosted_servers",
    "hosted_sessions",
    "hosted_turns",
    "hosted_workspaces",
]

hosted_agents = Table(
    "hosted_agents",
    metadata,
    Column("id", CheckedText, primary_key=True),
    tenant_column(),
    created_column(),
    Column("updated_at", CheckedText, nullable=False),
    Column("name", PlainText, nullable=False),
    # The number of the active version, and of the newest one that there has been.
    Column("version", Number, nullable=False),
    Column("last_version", Number, nullable=False),
    # The variables of its sessions, each value encrypted, and the options that they begin with.
    Column("environment", JSONText, nullable=False),
    Column("defaults", JSONText, nullable=False),
    # Of the bundle with the files of the active version.
    Column("digest", CheckedText, nullable=False),
    ForeignKeyConstraint(["tenant_id", "digest"], ["bundles.tenant_id", "bundles.digest"]),
)
Index(None, hosted_agents.c.tenant_id, hosted_agents.c.name, unique=True)
Index(None, hosted_agents.c.tenant_id, hosted_agents.c.digest)

hosted_sessions = Table(
    "hosted_sessions",
    metadata,
    Column("id", CheckedText, primary_key=True),
    tenant_column(),
    created_column(),
    Column("last_active_at", CheckedText, nullable=False),
    Column("agent_name", PlainText, nullable=False),
    Column("status", CheckedText, nullable=False),
    # Of a fork: the session that it was made from.
    Column("parent_id", CheckedText),
    Column("sandbox_id", CheckedText, nullable=False),
    # What it was created with, applied whenever its process starts.
    Column("config", JSONText, nullable=False),
    # How many turns have begun, and the number of the frame behind which the last one begins.
    Column("turns", Number, nullable=False),
    Column("turn_after", Number, nullable=False),
    Column("is_in_turn", Boolean, nullable=False),
    # The server whose process the session has; NULL if it has none.
    Column("server_id", CheckedText),
)
Index(None, hosted_sessions.c.tenant_id, hosted_sessions.c.created_at)
Index(None, hosted_sessions.c.server_id)

# The servers that may have processes of sessions; one that was not seen for a while has ended.
hosted_servers = Table(
    "hosted_servers",
    metadata,
    Column("id", CheckedText, primary_key=True),
    created_column(),
    Column("seen_at", CheckedText, nullable=False),
)

# Saved workspaces: tar archives. In a table of their own, because changing a row writes all of it.
hosted_workspaces = Table(
    "hosted_workspaces",
    metadata,
    Column("session_id", CheckedText, ForeignKey("hosted_sessions.id", ondelete="CASCADE"), primary_key=True),
    # Numbered in the order in which they were saved.
    Column("number", Number, primary_key=True),
    created_column(),
    Column("digest", CheckedText, nullable=False),
    Column("size", Number, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

hosted_turns = Table(
    "hosted_turns",
    metadata,
    Column("session_id", CheckedText, ForeignKey("hosted_sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Number, primary_key=True),
    tenant_column(),
    created_column(),
    Column("ended_at", CheckedText),
    Column("agent_name", PlainText, nullable=False),
    # `running`, `completed`, `failed` or `interrupted`; in a fork `copied`, for those of its parent.
    Column("status", CheckedText, nullable=False),
    Column("trace_id", CheckedText, nullable=False),
    # The number of its last message, and of the workspace as of its end; NULL until then, or if it was not saved.
    Column("last_message", Number),
    Column("workspace", Number),
    # As the wire counts them: input tokens are those that were neither read from nor written to a cache.
    Column("input_tokens", Number, nullable=False),
    Column("output_tokens", Number, nullable=False),
    Column("cache_creation_tokens", Number, nullable=False),
    Column("cache_read_tokens", Number, nullable=False),
    Column("tool_calls", Number, nullable=False),
    # US dollars; NULL if the agent stated none, and the price of its model is not known.
    Column("cost", Float),
    Column("seconds", Float, nullable=False),
)
Index(None, hosted_turns.c.tenant_id, hosted_turns.c.ended_at)

hosted_queue = Table(
    "hosted_queue",
    metadata,
    Column("id", CheckedText, primary_key=True),
    tenant_column(),
    created_column(),
    Column("user_id", Number, ForeignKey("users.id"), nullable=False),
    Column("agent_name", PlainText, nullable=False),
    Column("prompt", PlainText, nullable=False),
    # The session that was asked for, or the one that was made for it.
    Column("session_id", CheckedText),
    Column("makes_session", Boolean, nullable=False),
    # The number of the turn that answers it.
    Column("turn", Number),
    # `pending`, `processing`, `completed`, `failed` or `cancelled`.
    Column("status", CheckedText, nullable=False),
    Column("priority", Number, nullable=False),
    Column("retry_count", Number, nullable=False),
    Column("max_retries", Number, nullable=False),
    Column("error", PlainText),
    Column("result", JSONText),
    Column("started_at", CheckedText),
    Column("completed_at", CheckedText),
)
Index(None, hosted_queue.c.tenant_id, hosted_queue.c.created_at)
