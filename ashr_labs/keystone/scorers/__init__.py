"""The scorers of `polarity_keystone.scorers`, by the same names.

Each is imported on first use from `ashr_labs.scorers` or `ashr_labs.llm`, whose other scorers and options work as well.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...llm import LLMClient, default_llm_client, set_default_llm_client
    from ...scorers import (
        AnswerCorrectness,
        AnswerRelevancy,
        AnswerSimilarity,
        BaseScorer,
        Battle,
        ClosedQA,
        CommandExits,
        Contains,
        ContextEntityRecall,
        ContextPrecision,
        ContextRecall,
        ContextRelevancy,
        CustomScorer,
        EmbeddingSimilarity,
        ExactMatch,
        Factuality,
        Faithfulness,
        FileContains,
        FileExists,
        Humor,
        JSONDiff,
        JSONValidity,
        Levenshtein,
        LLMJudge,
        Moderation,
        NumericDiff,
        Score,
        Scorer,
        Security,
        SemanticListContains,
        SQLEquals,
        SQLJudge,
        Summarization,
        Translation,
        default_parser,
        openai_embedder,
        run_client_scorers,
        scorer,
        scorers_to_invariants,
    )
    from . import presets as presets
    from .proxy import ParagonProxyClient

__all__ = [
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
    "CustomScorer",
    "EmbeddingSimilarity",
    "ExactMatch",
    "Factuality",
    "Faithfulness",
    "FileContains",
    "FileExists",
    "Humor",
    "JSONDiff",
    "JSONValidity",
    "LLMClient",
    "LLMJudge",
    "Levenshtein",
    "Moderation",
    "NumericDiff",
    "ParagonProxyClient",
    "SQLEquals",
    "SQLJudge",
    "Score",
    "Scorer",
    "Security",
    "SemanticListContains",
    "Summarization",
    "Translation",
    "default_llm_client",
    "default_parser",
    "openai_embedder",
    "presets",
    "run_client_scorers",
    "scorer",
    "scorers_to_invariants",
    "set_default_llm_client",
]

_HOMES = {
    "LLMClient": "...llm",
    "ParagonProxyClient": ".proxy",
    "default_llm_client": "...llm",
    "set_default_llm_client": "...llm",
}
"""The modules of names that are not in `ashr_labs.scorers`."""


def __getattr__(name: str) -> object:
    if name == "presets":
        return import_module(".presets", __name__)  # which keeps it as an attribute of this package
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_HOMES.get(name, "...scorers"), __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
