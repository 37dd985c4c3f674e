"""The pages of the dashboard; importing this package registers them."""

from __future__ import annotations

from ..registry import ACTIONS, PAGES
from . import catalog, comparison, overview, repeats, run, run_list, test, trace, trace_list

__all__ = [
    "ACTIONS",
    "PAGES",
    "catalog",
    "comparison",
    "overview",
    "repeats",
    "run",
    "run_list",
    "test",
    "trace",
    "trace_list",
]
