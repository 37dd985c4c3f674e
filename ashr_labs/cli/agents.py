"""`ashr-labs agents`: the commands for agents."""

from __future__ import annotations

from ._lazy_group import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "agents",
    {
        "list": "List the agents.",
        "get": "Show an agent and its datasets.",
        "create": "Make an agent, whose rules grade runs.",
        "update": "Change an agent.",
        "delete": "Delete an agent.",
    },
    description="Work with agents.",
    prefix="agents_",
)
