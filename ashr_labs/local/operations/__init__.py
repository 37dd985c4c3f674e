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
    requests,
    runs,
    score_rules,
    session,
    specs,
    trace_events,
)
from .registry import OPERATIONS, Context, Operation, operation

__all__ = [
    "OPERATIONS",
    "Context",
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
    "requests",
    "runs",
    "score_rules",
    "session",
    "specs",
    "trace_events",
]
