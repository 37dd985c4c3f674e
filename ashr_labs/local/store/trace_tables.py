"""The tables of traces and their observations."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, ForeignKeyConstraint, Index, Integer, Table, or_

from .columns import JSONText, Number, PlainText, created_column, metadata

__all__ = ["observations", "traces"]

traces = Table(
    "traces",
    metadata,
    Column("tenant_id", Number, ForeignKey("tenants.id"), primary_key=True),
    Column("id", PlainText, primary_key=True),
    created_column(),
    Column("user_id", PlainText),
    Column("session_id", PlainText),
    # From the first start to the last end of the observations; NULL if these cannot be parsed.
    Column("latency_ms", Float),
    Column("input_tokens", Number, nullable=False),
    Column("output_tokens", Number, nullable=False),
    Column("tool_calls", Integer, nullable=False),
    Column("has_error", Boolean, nullable=False),
    Column("has_tool_error", Boolean, nullable=False),
    # All fields as sent, without the observations.
    Column("content", JSONText, nullable=False),
    Column("name", PlainText),
    # One line of JSON per tag, enclosed in line feeds, so that a tag does not match a part of another one.
    Column("tags", PlainText),
    # Case-folded text for `search`.
    Column("search_text", PlainText),
)
# Newest first; covers all columns that the totals of a period need.
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
    # Index in the trace, in the client's order.
    Column("position", Integer, primary_key=True),
    # The creation time of the trace.
    created_column(),
    # The name of a tool span without `tool:`.
    Column("tool_name", PlainText),
    # The model of a generation.
    Column("model", PlainText),
    Column("latency_ms", Float),
    Column("is_error", Boolean, nullable=False),
    # All fields as sent.
    Column("content", JSONText, nullable=False),
    # NULL if the client sent none.
    Column("input_tokens", Number),
    Column("output_tokens", Number),
    # As sent; costs by the platform's prices are computed on request.
    Column("cost", Float),
    # Parts of the tokens that may have a price of their own; NULL if there are none.
    Column("cached_input_tokens", Number),
    Column("cache_write_tokens", Number),
    Column("cache_write_1h_tokens", Number),
    Column("input_audio_tokens", Number),
    Column("output_audio_tokens", Number),
    # The provider of a model's call that its metadata names.
    Column("provider", PlainText),
    # The version of a prompt that a generation names.
    Column("prompt_slug", PlainText),
    Column("prompt_version", Number),
    ForeignKeyConstraint(["tenant_id", "trace_id"], ["traces.tenant_id", "traces.id"], ondelete="CASCADE"),
)
# In the order of the groups; covers all columns that their totals need.
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
    observations.c.provider,
    observations.c.created_at,
    observations.c.input_tokens,
    observations.c.output_tokens,
    observations.c.cost,
    observations.c.latency_ms,
    observations.c.cached_input_tokens,
    observations.c.cache_write_tokens,
    observations.c.cache_write_1h_tokens,
    observations.c.input_audio_tokens,
    observations.c.output_audio_tokens,
    sqlite_where=_costs,
    postgresql_where=_costs,
)
_named = observations.c.prompt_slug.is_not(None)
Index(
    "ix_observations_prompts",
    observations.c.tenant_id,
    observations.c.prompt_slug,
    observations.c.prompt_version,
    observations.c.created_at,
    sqlite_where=_named,
    postgresql_where=_named,
)
