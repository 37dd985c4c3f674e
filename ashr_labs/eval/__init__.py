"""The eval loop: an agent, a dataset, and the record of what happened."""

from __future__ import annotations

from .agent import Agent
from .runner import EvalRunner

__all__ = ["Agent", "EvalRunner"]
