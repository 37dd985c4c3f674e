"""The eval loop: run an agent against a dataset, or a function over rows, and record the results."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..scenarios.message import Message
from .agents import Agent, AgentReply, AsyncAgent
from .metrics import repeat_metrics
from .options import RunOptions
from .progress import Progress
from .runner import EvalRunner

if TYPE_CHECKING:
    from .current import current_environment
    from .environments import SandboxEnvironment
    from .eval_result import EvalResult, EvalRow, EvalSummary
    from .fixtures import expected_states
    from .hosted_agent import HostedAgent
    from .rescoring import rescore
    from .rows import Eval, aeval

__all__ = [
    "Agent",
    "AgentReply",
    "AsyncAgent",
    "Eval",
    "EvalResult",
    "EvalRow",
    "EvalRunner",
    "EvalSummary",
    "HostedAgent",
    "Message",
    "Progress",
    "RunOptions",
    "SandboxEnvironment",
    "aeval",
    "current_environment",
    "expected_states",
    "repeat_metrics",
    "rescore",
]

_LATER = {
    "Eval": ".rows",
    "EvalResult": ".eval_result",
    "EvalRow": ".eval_result",
    "EvalSummary": ".eval_result",
    "HostedAgent": ".hosted_agent",
    "SandboxEnvironment": ".environments",
    "aeval": ".rows",
    "current_environment": ".current",
    "expected_states": ".fixtures",
    "rescore": ".rescoring",
}
"""Names whose modules a run does not need."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
