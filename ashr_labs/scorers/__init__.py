"""Scorers: functions of what was seen of a test that return a score.

>>> from ashr_labs.scorers import Contains
>>> Contains("refund")("Your refund is on its way.").passed
True
"""

from .base import BaseScorer
from .custom import CustomScorer, Scorer, as_scorer, as_scorers, scorer
from .heuristic import Contains, EndsWith, ExactMatch, Regex, StartsWith
from .json_values import JSONDiff, JSONValidity
from .numeric import NumericDiff
from .score import Score, ScorerContext
from .similarity import Levenshtein, SemanticListContains

__all__ = [
    "BaseScorer",
    "Contains",
    "CustomScorer",
    "EndsWith",
    "ExactMatch",
    "JSONDiff",
    "JSONValidity",
    "Levenshtein",
    "NumericDiff",
    "Regex",
    "Score",
    "Scorer",
    "ScorerContext",
    "SemanticListContains",
    "StartsWith",
    "as_scorer",
    "as_scorers",
    "scorer",
]
