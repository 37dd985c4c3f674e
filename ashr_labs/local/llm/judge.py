"""LLM judge of texts and behaviour."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..._json import preview
from ...errors import ModelError
from ...grading import NotJudgedError, Opinion
from .chat_model import chat_model_from_env

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .chat_model import ChatModel

__all__ = ["ModelJudge", "judge_from_env"]


def judge_from_env(environment: Mapping[str, str]) -> ModelJudge | None:
    """Return the judge that `ASHR_JUDGE_MODEL`, `ASHR_JUDGE_BASE_URL` and `ASHR_JUDGE_API_KEY` configure, if any.

    Raises:
        ConfigurationError: The URL or the key is malformed.
    """
    model = chat_model_from_env(environment, "JUDGE")
    return None if model is None else ModelJudge(model)


@dataclass(frozen=True, slots=True)
class ModelJudge:
    """A judge that asks a chat model."""

    model: ChatModel

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.model.name

    def ask(self, question: str, data: Mapping[str, str], answers: Sequence[str]) -> Opinion:
        """Ask a question with fixed answers and parse the reply."""
        form = (
            f'Reply with a JSON object {{"answer": one of {json.dumps(list(answers))}, "reason": one short sentence}}.'
        )
        try:
            reply = self.model.answer(f"{question}\n{form}", data)
        except ModelError as error:
            raise NotJudgedError(error.message) from error
        if reply.get("answer") not in answers:
            said = reply.get("said") or dict(reply)
            raise NotJudgedError(f"{self.name} must answer one of {', '.join(answers)}, got {preview(said)}")
        return Opinion(reply["answer"], str(reply.get("reason") or ""))
