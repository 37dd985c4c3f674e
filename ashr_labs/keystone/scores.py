"""The names of `polarity_keystone.scores`, the older place of some scorers."""

from __future__ import annotations

from ..scorers import (
    BaseScorer,
    CommandExits,
    CustomScorer,
    FileContains,
    FileExists,
    LLMJudge,
    Score,
    Scorer,
    SQLEquals,
    run_client_scorers,
    scorers_to_invariants,
)

__all__ = [
    "BaseScorer",
    "CommandExits",
    "CustomScorer",
    "FileContains",
    "FileExists",
    "LLMJudge",
    "SQLEquals",
    "Score",
    "Scorer",
    "run_client_scorers",
    "scorers_to_invariants",
]
