"""`ashr-labs traces`: the commands for traces."""

from __future__ import annotations

from ._lazy_group import LazyGroup

__all__ = ["command"]

command = LazyGroup(
    "traces",
    {"list": "List the newest traces.", "get": "Show a trace.", "tail": "Follow the traces that come in."},
    description="Work with traces.",
    prefix="traces_",
)
