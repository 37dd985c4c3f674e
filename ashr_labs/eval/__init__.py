"""The eval loop: an agent, a dataset, and the record of what happened."""

from __future__ import annotations

from .agent import Agent, AsyncAgent
from .options import RunOptions
from .progress import Progress
from .repeats import repeat_metrics
from .replies import AgentReply
from .runner import EvalRunner

__all__ = ["Agent", "AgentReply", "AsyncAgent", "EvalRunner", "Progress", "RunOptions", "repeat_metrics"]
