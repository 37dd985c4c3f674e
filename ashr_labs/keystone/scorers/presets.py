"""Lists of scorers for common kinds of agents."""

from __future__ import annotations

from ...scorers.presets import agent_with_tools, chat, rag

__all__ = ["agent_with_tools", "chat", "rag"]
