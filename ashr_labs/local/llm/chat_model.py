"""Client for language models with an OpenAI-compatible API, configured by environment variables."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..._http import post
from ..._json import as_list, as_object, parsed_json, preview
from ..environment import check_secret, check_url

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ChatModel", "ModelError", "chat_model_from_env"]

_OPENAI = "https://api.openai.com/v1"
_TIMEOUT_SECONDS = 60.0


class ModelError(Exception):
    """The model could not be reached or gave an unusable reply; the message does not contain the key."""


def chat_model_from_env(environment: Mapping[str, str], role: str) -> ChatModel | None:
    """Return the model that `ASHR_<role>_MODEL`, `ASHR_<role>_BASE_URL` and `ASHR_<role>_API_KEY` configure, if any.

    Raises:
        ConfigurationError: The URL or the key is malformed.
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
    """A model, called through chat completions."""

    name: str
    base_url: str
    api_key: str = field(default="", repr=False)
    timeout: float = _TIMEOUT_SECONDS
    """Seconds for a whole reply."""

    def answer(
        self, system: str, user: object, *, temperature: float = 0, timeout: float | None = None
    ) -> Mapping[str, Any]:
        """Send a prompt and return the JSON object in the reply, or `{"said": reply}` if there is none.

        Args:
            system: The instructions, including the form of the reply.
            user: The input, sent as JSON.
            temperature: Sampling temperature.
            timeout: Seconds; defaults to the model's.

        Raises:
            ModelError: The model cannot be reached, or its reply has no text.
        """
        messages = [
            {"role": "system", "content": system},
            {"role": "user", "content": json.dumps(user, ensure_ascii=False)},
        ]
        request = {"model": self.name, "messages": messages, "temperature": temperature}
        said = self._completion(request, timeout or self.timeout)
        return as_object(parsed_json(said[said.find("{") : said.rfind("}") + 1])) or {"said": said}

    def _completion(self, request: dict[str, Any], timeout: float) -> str:
        headers = {"content-type": "application/json"}
        if self.api_key:
            headers["authorization"] = f"Bearer {self.api_key}"
        url = f"{self.base_url.rstrip('/')}/chat/completions"
        try:
            reply = post(url, json.dumps(request).encode(), headers, timeout=timeout)
        except OSError as error:
            raise ModelError(f"{self.name} cannot be reached: {type(error).__name__}: {error}") from error
        text = reply.text.replace(self.api_key, "***") if self.api_key else reply.text
        if reply.status != 200:
            raise ModelError(f"{self.name} answered with status {reply.status}: {preview(text)}")
        answer = as_object(parsed_json(text)) or {}
        choice = as_object(next(iter(as_list(answer.get("choices")) or ()), None)) or {}
        said = (as_object(choice.get("message")) or {}).get("content")
        if not isinstance(said, str):
            raise ModelError(f"{self.name} replied without text: {preview(text)}")
        return said
