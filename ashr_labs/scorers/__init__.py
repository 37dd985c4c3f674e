"""Scorers: functions that score the output and the behavior of a test.

Each is imported on first use.

>>> from ashr_labs.scorers import Contains
>>> Contains("refund")("Your refund is on its way.").passed
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .base import BaseScorer
    from .content import PII, Refusal
    from .custom import CustomScorer, Scorer, as_scorer, as_scorers, scorer
    from .embedding import EmbeddingSimilarity, openai_embedder
    from .heuristic import Contains, EndsWith, ExactMatch, Regex, StartsWith
    from .invariants import CommandExits, FileContains, FileExists, LLMJudge, SQLEquals, scorers_to_invariants
    from .json_schema import JSONSchema
    from .json_values import JSONDiff, JSONValidity
    from .judge import Battle, ClosedQA, Factuality, Humor, Moderation, Security, SQLJudge, Summarization, Translation
    from .judging import JudgeScorer
    from .language import Language
    from .limits import Cost, Latency
    from .numeric import NumericDiff
    from .pairwise import Pairwise
    from .panel import JudgePanel
    from .rag import (
        AnswerCorrectness,
        AnswerRelevancy,
        AnswerSimilarity,
        ContextEntityRecall,
        ContextPrecision,
        ContextRecall,
        ContextRelevancy,
        Faithfulness,
    )
    from .registry import scorer_from_config, scorer_from_text, scorers_from_config
    from .rubric import Rubric
    from .running import run_client_scorers
    from .score import Score, ScorerContext
    from .similarity import Levenshtein, SemanticListContains
    from .text_metrics import BLEU, F1, ROUGE
    from .tool_correctness import ToolCorrectness
    from .trajectory import Trajectory
    from .verdicts import default_parser

__all__ = [
    "BLEU",
    "F1",
    "PII",
    "ROUGE",
    "AnswerCorrectness",
    "AnswerRelevancy",
    "AnswerSimilarity",
    "BaseScorer",
    "Battle",
    "ClosedQA",
    "CommandExits",
    "Contains",
    "ContextEntityRecall",
    "ContextPrecision",
    "ContextRecall",
    "ContextRelevancy",
    "Cost",
    "CustomScorer",
    "EmbeddingSimilarity",
    "EndsWith",
    "ExactMatch",
    "Factuality",
    "Faithfulness",
    "FileContains",
    "FileExists",
    "Humor",
    "JSONDiff",
    "JSONSchema",
    "JSONValidity",
    "JudgePanel",
    "JudgeScorer",
    "LLMJudge",
    "Language",
    "Latency",
    "Levenshtein",
    "Moderation",
    "NumericDiff",
    "Pairwise",
    "Refusal",
    "Regex",
    "Rubric",
    "SQLEquals",
    "SQLJudge",
    "Score",
    "Scorer",
    "ScorerContext",
    "Security",
    "SemanticListContains",
    "StartsWith",
    "Summarization",
    "ToolCorrectness",
    "Trajectory",
    "Translation",
    "as_scorer",
    "as_scorers",
    "default_parser",
    "openai_embedder",
    "run_client_scorers",
    "scorer",
    "scorer_from_config",
    "scorer_from_text",
    "scorers_from_config",
    "scorers_to_invariants",
]

_HOMES = {
    "base": ["BaseScorer"],
    "content": ["PII", "Refusal"],
    "custom": ["CustomScorer", "Scorer", "as_scorer", "as_scorers", "scorer"],
    "embedding": ["EmbeddingSimilarity", "openai_embedder"],
    "heuristic": ["Contains", "EndsWith", "ExactMatch", "Regex", "StartsWith"],
    "invariants": ["CommandExits", "FileContains", "FileExists", "LLMJudge", "SQLEquals", "scorers_to_invariants"],
    "json_schema": ["JSONSchema"],
    "json_values": ["JSONDiff", "JSONValidity"],
    "judge": [
        "Battle",
        "ClosedQA",
        "Factuality",
        "Humor",
        "Moderation",
        "SQLJudge",
        "Security",
        "Summarization",
        "Translation",
    ],
    "judging": ["JudgeScorer"],
    "language": ["Language"],
    "limits": ["Cost", "Latency"],
    "numeric": ["NumericDiff"],
    "pairwise": ["Pairwise"],
    "panel": ["JudgePanel"],
    "rag": [
        "AnswerCorrectness",
        "AnswerRelevancy",
        "AnswerSimilarity",
        "ContextEntityRecall",
        "ContextPrecision",
        "ContextRecall",
        "ContextRelevancy",
        "Faithfulness",
    ],
    "registry": ["scorer_from_config", "scorer_from_text", "scorers_from_config"],
    "rubric": ["Rubric"],
    "running": ["run_client_scorers"],
    "score": ["Score", "ScorerContext"],
    "similarity": ["Levenshtein", "SemanticListContains"],
    "text_metrics": ["BLEU", "F1", "ROUGE"],
    "tool_correctness": ["ToolCorrectness"],
    "trajectory": ["Trajectory"],
    "verdicts": ["default_parser"],
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
