"""Judges of retrieval-augmented generation: the retrieved context, and the answer that is based on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from .judging import JudgeScorer, Value
from .options import text_option
from .prompting import NO_CONTEXT

if TYPE_CHECKING:
    from typing import Unpack

    from .judging import JudgeOptions

__all__ = [
    "AnswerCorrectness",
    "AnswerRelevancy",
    "AnswerSimilarity",
    "ContextEntityRecall",
    "ContextPrecision",
    "ContextRecall",
    "ContextRelevancy",
    "Faithfulness",
    "RAGScorer",
]


class RAGScorer(JudgeScorer):
    """The base class of the judges of retrieval-augmented generation.

    Args:
        question_key: The key of the question in the parameters; without it, the input.
        context_key: The key of the retrieved context, a string or a list of passages; "(no context)" without it.
        expected_key: The key of the expected answer; without it, the expected output.
        **options: See `JudgeScorer`.
    """

    needs: ClassVar[tuple[str, ...]]
    """Those of `question`, `context` and `expected` that the prompt needs."""

    def __init__(
        self,
        *,
        question_key: str = "question",
        context_key: str = "context",
        expected_key: str = "expected",
        **options: Unpack[JudgeOptions],
    ) -> None:
        super().__init__(**options)
        self.question_key = text_option("question_key", question_key)
        self.context_key = text_option("context_key", context_key)
        self.expected_key = text_option("expected_key", expected_key)

    def values(self) -> tuple[Value, ...]:
        """Return the values that the prompt needs."""
        known = {
            "question": Value("question", self.question_key, "input"),
            "context": Value("context", self.context_key, absent=NO_CONTEXT),
            "expected": Value("expected", self.expected_key, "expected"),
        }
        return tuple(known[name] for name in self.needs)


class ContextPrecision(RAGScorer):
    """How much of the retrieved context is needed for the expected answer."""

    template_key = "context_precision"
    needs = ("expected", "context")


class ContextRecall(RAGScorer):
    """How much of the expected answer the retrieved context supports."""

    template_key = "context_recall"
    needs = ("expected", "context")


class ContextRelevancy(RAGScorer):
    """How relevant the retrieved context is to the question."""

    template_key = "context_relevancy"
    needs = ("question", "context")


class ContextEntityRecall(RAGScorer):
    """How many of the entities of the expected answer are in the retrieved context."""

    template_key = "context_entity_recall"
    needs = ("expected", "context")


class Faithfulness(RAGScorer):
    """Whether the retrieved context supports the output."""

    template_key = "faithfulness"
    needs = ("context",)


class AnswerRelevancy(RAGScorer):
    """Whether the output addresses the question."""

    template_key = "answer_relevancy"
    needs = ("question",)


class AnswerSimilarity(RAGScorer):
    """How similar in meaning the output is to the expected answer."""

    template_key = "answer_similarity"
    needs = ("expected",)


class AnswerCorrectness(RAGScorer):
    """Whether the output is a correct and complete answer to the question."""

    template_key = "answer_correctness"
    needs = ("question", "expected")
