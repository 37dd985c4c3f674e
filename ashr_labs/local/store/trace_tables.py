"""The tables of traces and of what is still to be passed on of them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, ForeignKeyConstraint, Index, Integer, Table, or_

from .columns import JsonText, PlainText
from .tables import Number, created_column, metadata

__all__ = ["forwards", "observations", "traces"]

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
    Column("name", PlainText),
    # Each tag as JSON in a line of its own, with line ends around all: no tag is found within another one.
    Column("tags", PlainText),
    # What `search` looks into, without differences between small and capital letters.
    Column("search_text", PlainText),
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
for _column in (traces.c.user_id, traces.c.session_id, traces.c.name):
    Index(None, traces.c.tenant_id, _column, traces.c.created_at, traces.c.id)
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
    Column("latency_ms", Float),
    Column("is_error", Boolean, nullable=False),
    # All fields as they came.
    Column("content", JsonText, nullable=False),
    # NULL where the client gave none.
    Column("input_tokens", Number),
    Column("output_tokens", Number),
    # As the client gave it; what the platform's prices make of the tokens is computed when it is asked for.
    Column("cost", Float),
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
_costs = or_(observations.c.model.is_not(None), observations.c.cost.is_not(None))
Index(
    "ix_observations_models",
    observations.c.tenant_id,
    observations.c.model,
    observations.c.created_at,
    observations.c.input_tokens,
    observations.c.output_tokens,
    observations.c.cost,
    observations.c.latency_ms,
    sqlite_where=_costs,
    postgresql_where=_costs,
)

forwards = Table(
    "forwards",
    metadata,
    Column("tenant_id", Number, primary_key=True),
    Column("trace_id", PlainText, primary_key=True),
    created_column(),
    Column("attempts", Integer, nullable=False),
    # When it is to be sent; while somebody is sending it, when somebody else may try. NULL: given up.
    Column("due_at", PlainText),
    Column("error", PlainText),
    ForeignKeyConstraint(["tenant_id", "trace_id"], ["traces.tenant_id", "traces.id"], ondelete="CASCADE"),
)
Index(None, forwards.c.due_at)
