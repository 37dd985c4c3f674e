"""Judges of answers: facts, comparisons, summaries, translations, SQL, humor, moderation and security."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .judging import JudgeScorer, Value
from .options import text_option

if TYPE_CHECKING:
    from typing import Unpack

    from .judging import JudgeOptions

__all__ = [
    "Battle",
    "ClosedQA",
    "Factuality",
    "Humor",
    "Moderation",
    "SQLJudge",
    "Security",
    "Summarization",
    "Translation",
]


class Humor(JudgeScorer):
    """How funny the output is."""

    template_key = "humor"


class Moderation(JudgeScorer):
    """Whether the output is acceptable for the general public."""

    template_key = "moderation"


class Security(JudgeScorer):
    """Whether the output is safe: no exploitable code, disclosed secrets or followed injections."""

    template_key = "security"


class _QuestionJudge(JudgeScorer):
    """A judge that compares the answer to a question with the expected one."""

    def __init__(self, *, question_key: str, expected_key: str, **options: Unpack[JudgeOptions]) -> None:
        super().__init__(**options)
        self.question_key = text_option("question_key", question_key)
        self.expected_key = text_option("expected_key", expected_key)

    def values(self) -> tuple[Value, ...]:
        """Return the question and the expected answer."""
        return (
            Value("question", self.question_key, "input"),
            Value("expected", self.expected_key, "expected"),
        )


class Factuality(_QuestionJudge):
    """Whether the facts of the output agree with the expected answer.

    Args:
        question_key: The key of the question in the parameters; without it, the input.
        expected_key: The key of the expected answer; without it, the expected output.
        **options: See `JudgeScorer`.
    """

    template_key = "factuality"

    def __init__(
        self, *, question_key: str = "question", expected_key: str = "expected", **options: Unpack[JudgeOptions]
    ) -> None:
        super().__init__(question_key=question_key, expected_key=expected_key, **options)


class ClosedQA(_QuestionJudge):
    """Whether the output is the correct answer to a question; see `Factuality` for the options."""

    template_key = "closed_qa"

    def __init__(
        self, *, question_key: str = "question", expected_key: str = "answer", **options: Unpack[JudgeOptions]
    ) -> None:
        super().__init__(question_key=question_key, expected_key=expected_key, **options)


class SQLJudge(_QuestionJudge):
    """Whether a query answers a question as the expected query does; see `Factuality` for the options."""

    template_key = "sql_judge"

    def __init__(
        self, *, question_key: str = "question", expected_key: str = "expected_sql", **options: Unpack[JudgeOptions]
    ) -> None:
        super().__init__(question_key=question_key, expected_key=expected_key, **options)


class Battle(JudgeScorer):
    """How much better the output carries out an instruction than a baseline does; 0.5 is equally good.

    Args:
        instruction_key: The key of the instruction in the parameters; without it, the input.
        expected_key: The key of the baseline; without it, the expected output.
        **options: See `JudgeScorer`.
    """

    template_key = "battle"

    def __init__(
        self, *, instruction_key: str = "instruction", expected_key: str = "baseline", **options: Unpack[JudgeOptions]
    ) -> None:
        super().__init__(**options)
        self.instruction_key = text_option("instruction_key", instruction_key)
        self.expected_key = text_option("expected_key", expected_key)

    def values(self) -> tuple[Value, ...]:
        """Return the instruction and the baseline."""
        return (
            Value("instruction", self.instruction_key, "input"),
            Value("baseline", self.expected_key, "expected", placeholder="expected"),
        )


class Summarization(JudgeScorer):
    """How good a summary of a source the output is.

    Args:
        source_key: The key of the source in the parameters; without it, the input.
        **options: See `JudgeScorer`.
    """

    template_key = "summarization"

    def __init__(self, *, source_key: str = "source", **options: Unpack[JudgeOptions]) -> None:
        super().__init__(**options)
        self.source_key = text_option("source_key", source_key)

    def values(self) -> tuple[Value, ...]:
        """Return the source."""
        return (Value("source", self.source_key, "input"),)


class Translation(JudgeScorer):
    """How good a translation of a source the output is.

    Args:
        source_key: The key of the source in the parameters; without it, the input.
        source_lang: The name of its language.
        target_lang: The name of the language of the translation.
        expected_key: The key of a reference translation, which is optional; without it, the expected output.
        **options: See `JudgeScorer`.
    """

    template_key = "translation"

    def __init__(
        self,
        *,
        source_key: str = "source",
        source_lang: str = "source language",
        target_lang: str = "target language",
        expected_key: str | None = "reference",
        **options: Unpack[JudgeOptions],
    ) -> None:
        super().__init__(**options)
        self.source_key = text_option("source_key", source_key)
        self.source_lang = text_option("source_lang", source_lang)
        self.target_lang = text_option("target_lang", target_lang)
        self.expected_key = None if expected_key is None else text_option("expected_key", expected_key)

    def values(self) -> tuple[Value, ...]:
        """Return the source and the reference."""
        source = Value("source", self.source_key, "input")
        if self.expected_key is None:
            return (source,)
        return source, Value("expected", self.expected_key, "expected", absent="(no reference)")

    def texts(self) -> dict[str, str]:
        """Return the names of the languages."""
        return {"source_lang": self.source_lang, "target_lang": self.target_lang}
