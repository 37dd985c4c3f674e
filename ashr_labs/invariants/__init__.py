"""Evaluation of invariants: whether what an agent left behind is as a spec says."""

from __future__ import annotations

from .evaluating import composite_score, evaluate
from .results import InvariantResult
from .world import InvariantJudge, JudgedScore, World, WorldError, WorldFileError

__all__ = [
    "InvariantJudge",
    "InvariantResult",
    "JudgedScore",
    "World",
    "WorldError",
    "WorldFileError",
    "composite_score",
    "evaluate",
]
