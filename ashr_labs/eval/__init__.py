"""The eval loop: an agent, a dataset, and the record of what happened."""

from __future__ import annotations

from .agents import Agent, AsyncAgent
from .metrics import repeat_metrics
from .options import RunOptions
from .progress import Progress
from .replies import AgentReply
from .runner import EvalRunner

__all__ = ["Agent", "AgentReply", "AsyncAgent", "EvalRunner", "Progress", "RunOptions", "repeat_metrics"]
