"""`ashr-labs runs`: the commands for runs."""

from __future__ import annotations

from ._lazy_group import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "runs",
    {
        "list": "List the newest runs.",
        "get": "Show a run.",
        "watch": "Wait until a run is graded.",
        "delete": "Delete a run.",
    },
    description="Work with runs.",
    prefix="runs_",
)
