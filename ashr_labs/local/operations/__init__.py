"""Implementations of the contract's operations, one module per tag."""

from __future__ import annotations

from . import agents, api_keys, datasets, live_runs, notes, observability, pentest, requests, runs, session
from .registry import OPERATIONS, Context, Operation, Scope, operation

__all__ = [
    "OPERATIONS",
    "Context",
    "Operation",
    "Scope",
    "agents",
    "api_keys",
    "datasets",
    "live_runs",
    "notes",
    "observability",
    "operation",
    "pentest",
    "requests",
    "runs",
    "session",
]
