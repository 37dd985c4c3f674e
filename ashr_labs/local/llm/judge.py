"""A language model as the judge of texts and behaviour."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..._json import preview
from ...grading import NotJudgedError, Opinion
from .chat_model import NoAnswerError, chat_model_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .chat_model import ChatModel

__all__ = ["ModelJudge", "judge_of"]


def judge_of(environment: Mapping[str, str]) -> ModelJudge | None:
    """Return the judge that `ASHR_JUDGE_MODEL`, `ASHR_JUDGE_BASE_URL` and `ASHR_JUDGE_API_KEY` name, if any.

    Raises:
        ConfigurationError: The URL or the key cannot be one.
    """
    model = chat_model_of(environment, "JUDGE")
    return None if model is None else ModelJudge(model)


@dataclass(frozen=True, slots=True)
class ModelJudge:
    """Asks a model for an opinion."""

    model: ChatModel

    @property
    def name(self) -> str:
        """The model's."""
        return self.model.name

    def ask(self, question: str, data: Mapping[str, str], answers: Sequence[str]) -> Opinion:
        """Ask, and read the answer."""
        form = (
            f'Reply with a JSON object {{"answer": one of {json.dumps(list(answers))}, "reason": one short sentence}}.'
        )
        try:
            reply = self.model.answer(f"{question}\n{form}", data)
        except NoAnswerError as error:
            raise NotJudgedError(str(error)) from error
        if reply.get("answer") not in answers:
            said = reply.get("said") or dict(reply)
            raise NotJudgedError(f"{self.name} answered {preview(said)}, not one of {', '.join(answers)}")
        return Opinion(reply["answer"], str(reply.get("reason") or ""))
