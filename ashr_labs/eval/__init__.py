"""The eval loop: run an agent against a dataset and record the results."""

from __future__ import annotations

from ..scenarios.message import Message
from .agents import Agent, AgentReply, AsyncAgent
from .metrics import repeat_metrics
from .options import RunOptions
from .progress import Progress
from .runner import EvalRunner

__all__ = ["Agent", "AgentReply", "AsyncAgent", "EvalRunner", "Message", "Progress", "RunOptions", "repeat_metrics"]
