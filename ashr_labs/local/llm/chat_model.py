"""A language model behind an OpenAI-compatible API; set up by the environment."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..._json import as_list, as_object, parsed_json, preview
from ..http_post import check_secret, check_url, post_json

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ChatModel", "NoAnswerError", "chat_model_of"]

_OPENAI = "https://api.openai.com/v1"
_TIMEOUT_SECONDS = 60.0


class NoAnswerError(Exception):
    """The model gave no usable answer; the message says why, without the key."""


def chat_model_of(environment: Mapping[str, str], role: str) -> ChatModel | None:
    """Return the model that `ASHR_<role>_MODEL`, `ASHR_<role>_BASE_URL` and `ASHR_<role>_API_KEY` name, if any.

    Raises:
        ConfigurationError: The URL or the key cannot be one.
    """
    model = environment.get(f"ASHR_{role}_MODEL")
    if not model:
        return None
    return ChatModel(
        model,
        check_url(environment.get(f"ASHR_{role}_BASE_URL") or _OPENAI, setting=f"ASHR_{role}_BASE_URL"),
        check_secret(environment.get(f"ASHR_{role}_API_KEY") or "", setting=f"ASHR_{role}_API_KEY"),
    )


@dataclass(frozen=True, slots=True)
class ChatModel:
    """Asks a model by chat completions."""

    name: str
    base_url: str
    api_key: str = field(default="", repr=False)
    timeout: float = _TIMEOUT_SECONDS
    """Seconds for an answer."""

    def answer(
        self, system: str, user: object, *, temperature: float = 0, timeout: float | None = None
    ) -> Mapping[str, Any]:
        """Ask, and return the JSON object in the answer, which may stand between other words; {} where there is none.

        Args:
            system: What is to be done, and in which form.
            user: What to do it with, as JSON.
            temperature: How free the model is.
            timeout: In seconds; the model's own unless given.

        Raises:
            NoAnswerError: The model cannot be reached, or answers no text.
        """
        messages = [
            {"role": "system", "content": system},
            {"role": "user", "content": json.dumps(user, ensure_ascii=False)},
        ]
        request = {"model": self.name, "messages": messages, "temperature": temperature}
        said = self._completion(request, timeout or self.timeout)
        return as_object(parsed_json(said[said.find("{") : said.rfind("}") + 1])) or {"said": said}

    def _completion(self, request: dict[str, Any], timeout: float) -> str:
        headers = {"authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        url = f"{self.base_url.rstrip('/')}/chat/completions"
        try:
            reply = post_json(url, json.dumps(request).encode(), headers, seconds=timeout)
        except OSError as error:
            raise NoAnswerError(f"{self.name} cannot be reached: {type(error).__name__}: {error}") from error
        text = reply.text.replace(self.api_key, "***") if self.api_key else reply.text
        if reply.status != 200:
            raise NoAnswerError(f"{self.name} answered with status {reply.status}: {preview(text)}")
        answer = as_object(parsed_json(text)) or {}
        choice = as_object(next(iter(as_list(answer.get("choices")) or ()), None)) or {}
        said = (as_object(choice.get("message")) or {}).get("content")
        if not isinstance(said, str):
            raise NoAnswerError(f"{self.name} answered no text but {preview(text)}")
        return said
