"""Scorers: functions of what was seen of a test that return a score.

>>> from ashr_labs.scorers import Contains
>>> Contains("refund")("Your refund is on its way.").passed
True
"""

from .base import BaseScorer
from .custom import CustomScorer, Scorer, as_scorer, as_scorers, scorer
from .score import Score, ScorerContext

__all__ = ["BaseScorer", "CustomScorer", "Score", "Scorer", "ScorerContext", "as_scorer", "as_scorers", "scorer"]
