"""The pages of the dashboard; importing this package registers them."""

from __future__ import annotations

from ..registry import ACTIONS, PAGES
from . import (
    agent,
    catalog,
    comparison,
    downloads,
    experiments,
    labels,
    overview,
    repeats,
    run,
    run_list,
    sandboxes,
    sessions,
    test,
    trace,
    trace_list,
)

__all__ = [
    "ACTIONS",
    "PAGES",
    "agent",
    "catalog",
    "comparison",
    "downloads",
    "experiments",
    "labels",
    "overview",
    "repeats",
    "run",
    "run_list",
    "sandboxes",
    "sessions",
    "test",
    "trace",
    "trace_list",
]
