"""A small order-support bot with real tools over its own SQLite data; deterministic, no language model."""

from __future__ import annotations

from .agent import SupportBot
from .store import Store, ToolError
from .tools import call_tool, describe_tools

__all__ = ["Store", "SupportBot", "ToolError", "call_tool", "describe_tools"]
