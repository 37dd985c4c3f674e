"""Lists of scorers for common kinds of agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..llm import OWN_MODEL
from .json_values import JSONValidity
from .judge import Factuality, Moderation
from .rag import AnswerRelevancy, ContextPrecision, ContextRecall, Faithfulness

if TYPE_CHECKING:
    from .base import BaseScorer

__all__ = ["agent_with_tools", "chat", "rag"]


def chat(model: str = OWN_MODEL) -> list[BaseScorer]:
    """Return scorers for chat assistants: facts, relevance and moderation."""
    return [Factuality(model=model), AnswerRelevancy(model=model), Moderation(model=model)]


def rag(model: str = OWN_MODEL) -> list[BaseScorer]:
    """Return scorers for retrieval-augmented generation: the context, and how the answer uses it."""
    return [
        ContextPrecision(model=model),
        ContextRecall(model=model),
        Faithfulness(model=model),
        AnswerRelevancy(model=model),
    ]


def agent_with_tools(model: str = OWN_MODEL) -> list[BaseScorer]:
    """Return scorers for agents that call tools and reply with JSON: validity, facts and relevance."""
    return [JSONValidity(), Factuality(model=model), AnswerRelevancy(model=model)]
