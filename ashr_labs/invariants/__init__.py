"""Evaluate invariants: compare the state that an agent left behind with a spec."""

from __future__ import annotations

from .evaluating import evaluate
from .results import InvariantResult
from .world import InvariantJudge, JudgedScore, World, WorldError, WorldFileError

__all__ = [
    "InvariantJudge",
    "InvariantResult",
    "JudgedScore",
    "World",
    "WorldError",
    "WorldFileError",
    "evaluate",
]
