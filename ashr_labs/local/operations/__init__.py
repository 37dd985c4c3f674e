"""Implementations of the contract's operations, one module per tag."""

from __future__ import annotations

from . import (
    agents,
    api_keys,
    datasets,
    live_runs,
    media,
    notes,
    observability,
    otlp,
    pentest,
    prompts,
    records,
    requests,
    runs,
    sandbox_observation,
    sandboxes,
    score_rules,
    session,
    specs,
    trace_events,
)
from .registry import OPERATIONS, Context, LongContext, Operation, operation

__all__ = [
    "OPERATIONS",
    "Context",
    "LongContext",
    "Operation",
    "agents",
    "api_keys",
    "datasets",
    "live_runs",
    "media",
    "notes",
    "observability",
    "operation",
    "otlp",
    "pentest",
    "prompts",
    "records",
    "requests",
    "runs",
    "sandbox_observation",
    "sandboxes",
    "score_rules",
    "session",
    "specs",
    "trace_events",
]
