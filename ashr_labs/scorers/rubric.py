"""The judge of criteria in plain words."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Final

from .judging import PASSING, JudgeScorer, Value, total_record
from .options import choice_option, text_option, texts_option
from .prompting import value_text
from .prompts import LEVEL_FORM, STEPS_FORM, STEPS_TASK, TASKS
from .score import Score
from .verdicts import LEVEL_SCHEMA, LEVELS, STEPS_SCHEMA, read_level, read_steps
from .written_steps import WrittenSteps

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self, Unpack

    from .base import Returned
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
_WRITTEN: Final = WrittenSteps()


class Rubric(JudgeScorer):
    """How far the output meets criteria in plain words, by G-Eval (arXiv 2303.16634).

    The model grades from 1 to 5, which is the score 0 to 1. Where its API reports the probabilities of tokens, as
    OpenAI's does, the grade is the mean of all grades by their probabilities, which are in the metadata.

    Args:
        criteria: What a good output is.
        steps: The steps to take in order before deciding. By default the model writes them from the criteria, once for
            the same criteria and model; they are in the metadata, and their cost is in the score that they were written
            for. An empty list leaves them out.
        include: What the model sees besides the output, where a test has it: "question", "expected", "context",
            "tool_calls", "conversation".
        **options: See `JudgeScorer`. In a template, `{criteria}` and `{steps}` are placeholders too.

    Example:
        >>> from ashr_labs.scorers import Rubric
        >>> polite = Rubric("The answer is polite and has no jargon.", steps=[], client=lambda prompt: '{"score": 5}')
        >>> polite("With pleasure!").score
        1.0
    """

    template_key = "rubric"
    schema = LEVEL_SCHEMA
    form = LEVEL_FORM
    top_logprobs = 20

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
        self.steps = None if steps is None else texts_option("steps", steps)
        known = (*_VALUES, *_RECORDS)
        self.include = tuple(choice_option("include", part, known) for part in texts_option("include", include))

    def judged(self, context: ScorerContext) -> Returned:
        """Return the score of the grade in the model's reply.

        Raises:
            NotJudgedError: There is no reply, or a value is missing.
        """
        needs_steps = self.steps is None and (self.prompt_template is None or "{steps}" in self.prompt_template)
        steps, spent = self._written_steps() if needs_steps else (self.steps or (), [])
        completion = self.ask(self._with_steps(steps).prompt(context))
        metadata: dict[str, Any] = total_record([*spent, completion.record()])
        if needs_steps:
            metadata["steps"] = [*steps]
        if self.parser is not None:
            return self.parsed(completion.text, metadata)
        grade, reason, probabilities = read_level(completion)
        if probabilities:
            metadata["probabilities"] = {str(level): round(share, 4) for level, share in probabilities.items()}
        score = (grade - LEVELS[0]) / (LEVELS[-1] - LEVELS[0])
        return Score(self.name, score, score >= PASSING, reason, metadata)

    def _with_steps(self, steps: Sequence[str]) -> Self:
        changed = copy.copy(self)
        changed.steps = tuple(steps)
        return changed

    def _written_steps(self) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
        """Return the steps that the model writes, and the record of the completion if they were written just now."""
        records: list[dict[str, Any]] = []

        def write() -> tuple[str, ...]:
            prompt = f"{STEPS_TASK}\n\nCriteria:\n{self.criteria}"
            completion = self.completion(STEPS_FORM, prompt, STEPS_SCHEMA)
            records.append(completion.record())
            return read_steps(completion.text)

        return _WRITTEN.get(self.model_client(), self.model, self.criteria, write), records

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
        steps = "\n".join(f"{number}. {step}" for number, step in enumerate(self.steps or (), 1))
        return {"criteria": self.criteria, "steps": steps}

    def filled(self, context: ScorerContext) -> dict[str, str]:
        """Return the values, the tool calls and the conversation of a test."""
        records = {part: getattr(context, field) for part, field in _RECORDS.items() if part in self.include}
        shown = {part: value_text(_lines(records[part])) for part in records if records[part]}
        return super().filled(context) | shown

    def config(self) -> dict[str, Any]:
        """Return the options of the equivalent rule, as JSON."""
        steps = {} if self.steps is None else {"steps": [*self.steps]}
        return {**super().config(), "criteria": self.criteria, **steps}

    def to_invariant(self) -> dict[str, Any] | None:
        """Return the equivalent invariant; None if it is negated."""
        invariant = super().to_invariant()
        return invariant and {**invariant, "description": self.criteria[:_MAX_DESCRIPTION]}


def _lines(records: Sequence[Any]) -> str:
    return "\n".join(json.dumps(record, ensure_ascii=False, default=str) for record in records)
