"""`ashr-labs agents`: the commands for agents."""

from __future__ import annotations

from ._lazy_group import LazyGroup

__all__ = ["command"]

command = LazyGroup("agents", {"list": "List the agents."}, description="Work with agents.", prefix="agents_")
