"""The judge of criteria in plain words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from .judging import JudgeScorer, Value
from .options import choice_option, text_option, texts_option
from .prompting import value_text
from .prompts import TASKS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from .judging import JudgeOptions
    from .score import ScorerContext

__all__ = ["Rubric"]

_VALUES: Final = {
    "question": Value("question", "question", "input", absent=""),
    "expected": Value("expected", "expected", "expected", absent=""),
    "context": Value("context", "context", absent=""),
}
_RECORDS: Final = {"tool_calls": "calls", "conversation": "messages"}
"""The parts of a prompt that are lists of the context, and their fields."""
_DEFAULT: Final = ("question", "expected", "context")
_MAX_DESCRIPTION = 80


class Rubric(JudgeScorer):
    """Whether the output meets criteria in plain words, as in G-Eval.

    Args:
        criteria: What a good output is.
        steps: The steps to take in order before deciding.
        include: What the model sees besides the output, where a test has it: "question", "expected", "context",
            "tool_calls", "conversation".
        **options: See `JudgeScorer`. In a template, `{criteria}` and `{steps}` are placeholders too.

    Example:
        >>> from ashr_labs.scorers import Rubric
        >>> polite = Rubric("The answer is polite and has no jargon.", client=lambda prompt: '{"score": 1}')
        >>> polite("With pleasure!").score
        1.0
    """

    template_key = "rubric"

    def __init__(
        self,
        criteria: str,
        *,
        steps: Sequence[str] | None = None,
        include: Sequence[str] = _DEFAULT,
        **options: Unpack[JudgeOptions],
    ) -> None:
        super().__init__(**options)
        self.criteria = text_option("criteria", criteria)
        self.steps = () if steps is None else texts_option("steps", steps)
        known = (*_VALUES, *_RECORDS)
        self.include = tuple(choice_option("include", part, known) for part in texts_option("include", include))

    def task(self) -> str:
        """Return the instructions with the criteria and the steps."""
        texts = self.texts()
        steps = f"\n\nSteps:\n{texts['steps']}" if self.steps else ""
        return f"{TASKS[self.template_key]}\n\nCriteria:\n{self.criteria}{steps}"

    def values(self) -> tuple[Value, ...]:
        """Return the values that are included."""
        return tuple(_VALUES[part] for part in self.include if part in _VALUES)

    def texts(self) -> dict[str, str]:
        """Return the criteria and the steps."""
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(self.steps, 1))
        return {"criteria": self.criteria, "steps": steps}

    def filled(self, context: ScorerContext) -> dict[str, str]:
        """Return the values, the tool calls and the conversation of a test."""
        records = {part: getattr(context, field) for part, field in _RECORDS.items() if part in self.include}
        shown = {part: value_text(_lines(records[part])) for part in records if records[part]}
        return super().filled(context) | shown

    def config(self) -> dict[str, Any]:
        """Return the options of the equivalent rule, as JSON."""
        steps = {"steps": list(self.steps)} if self.steps else {}
        return {**super().config(), "criteria": self.criteria, **steps}

    def to_invariant(self) -> dict[str, Any] | None:
        """Return the equivalent invariant; None if it is negated."""
        invariant = super().to_invariant()
        return invariant and {**invariant, "description": self.criteria[:_MAX_DESCRIPTION]}


def _lines(records: Sequence[Any]) -> str:
    return "\n".join(json.dumps(record, ensure_ascii=False, default=str) for record in records)
