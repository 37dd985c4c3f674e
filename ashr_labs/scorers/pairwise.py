"""The judge of two answers, in both orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..errors import ConfigurationError
from ..grading.judge import NotJudgedError
from .judging import JudgeScorer, Value, total_record
from .options import text_option
from .prompting import rubric_text, sections, value_text
from .prompts import COMPARISON_FORM, TASKS
from .score import Score
from .verdicts import COMPARISON_SCHEMA, not_judged, read_winner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self, Unpack

    from .judging import ModelOptions, Parser
    from .score import ScorerContext

__all__ = ["Pairwise"]

_CRITERIA: Final = "Correctness first, then completeness, then clarity."
_POINTS: Final = {("output", "A"): 1.0, ("output", "B"): 0.0, ("baseline", "A"): 0.0, ("baseline", "B"): 1.0}
"""Points of the output by presentation order and winner; a tie is half a point."""
_TIE = 0.5


class Pairwise(JudgeScorer):
    """Whether the output is better than a baseline, asked in both orders.

    Language models prefer the answer in a certain place. The score is the mean of both orders: 1 if the output wins
    both, 0 if it loses both, 0.5 for ties and for verdicts that change with the order.

    Args:
        criteria: What a better answer is.
        instruction_key: The key of the instruction in the parameters; without it, the input.
        expected_key: The key of the baseline; without it, the expected output.
        **options: See `JudgeScorer`; the prompt and the form of the reply are fixed.
    """

    template_key = "pairwise"
    schema = COMPARISON_SCHEMA
    form = COMPARISON_FORM

    def __init__(
        self,
        criteria: str = _CRITERIA,
        *,
        instruction_key: str = "instruction",
        expected_key: str = "baseline",
        **options: Unpack[ModelOptions],
    ) -> None:
        super().__init__(**options)
        self.criteria = text_option("criteria", criteria)
        self.instruction_key = text_option("instruction_key", instruction_key)
        self.expected_key = text_option("expected_key", expected_key)

    def tune(
        self,
        *,
        prompt_template: str | None = None,
        parser: Parser | None = None,
        model: str | None = None,
        temperature: float | None = None,
        rubric: Mapping[str, object] | None = None,
    ) -> Self:
        """Change the options that are not None, and return the scorer."""
        if prompt_template is not None or parser is not None:
            raise ConfigurationError("`prompt_template` and `parser` must be left out: they are fixed for two answers")
        return super().tune(model=model, temperature=temperature, rubric=rubric)

    def values(self) -> tuple[Value, ...]:
        """Return the instruction and the baseline."""
        return (
            Value("instruction", self.instruction_key, "input", absent=""),
            Value("baseline", self.expected_key, "expected"),
        )

    def judged(self, context: ScorerContext) -> Score:
        """Return the score of both orders; None if one of the two was not answered.

        Raises:
            NotJudgedError: A value is missing.
        """
        texts = self.filled(context)
        baseline, output = texts.pop("baseline"), value_text(context.agent_output)
        prompts = {
            "output": self._prompt(texts, output, baseline),
            "baseline": self._prompt(texts, baseline, output),
        }
        points: list[float] = []
        reasons: list[str] = []
        records: list[dict[str, Any]] = []
        for first, prompt in prompts.items():
            try:
                reply = self.ask(prompt)
                records.append(reply.record())
                winner, reason = read_winner(reply.text)
            except NotJudgedError as error:
                return not_judged(self.name, error.message, total_record(records))
            points.append(_POINTS.get((first, winner), _TIE))
            reasons.append(reason)
        score = sum(points) / len(points)
        metadata = {"is_consistent": points[0] == points[1], **total_record(records)}
        return Score(self.name, score, score >= _TIE, " / ".join(filter(None, reasons)), metadata)

    def to_rule(self) -> None:
        """Return None: a platform has no equivalent rule."""

    def to_invariant(self) -> None:
        """Return None: a sandbox has no equivalent invariant."""

    def _prompt(self, texts: Mapping[str, str], answer_a: str, answer_b: str) -> str:
        shown = sections({**texts, "answer_a": answer_a, "answer_b": answer_b})
        rubric = f"\n\nRubric of the task:\n{rubric_text(self.rubric)}" if self.rubric else ""
        return f"{TASKS[self.template_key]}\n\nCriteria:\n{self.criteria}\n\n{shown}{rubric}"
