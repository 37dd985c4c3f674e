"""A language model behind an OpenAI-compatible API, as a judge; set up by the environment."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .._json import as_list, as_object, parsed_json, shown
from ..errors import ConfigurationError
from ..grading import NotJudgedError, Opinion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["ChatModel", "judge_of"]

_OPENAI = "https://api.openai.com/v1"
_TIMEOUT_SECONDS = 60.0
_LARGEST_ANSWER = 1_000_000


def judge_of(environment: Mapping[str, str]) -> ChatModel | None:
    """Return the judge that `ASHR_JUDGE_MODEL`, `ASHR_JUDGE_BASE_URL` and `ASHR_JUDGE_API_KEY` name, if any."""
    model = environment.get("ASHR_JUDGE_MODEL")
    if not model:
        return None
    return ChatModel(model, environment.get("ASHR_JUDGE_BASE_URL") or _OPENAI, environment.get("ASHR_JUDGE_API_KEY"))


@dataclass(frozen=True, slots=True)
class ChatModel:
    """Asks a model by chat completions."""

    name: str
    base_url: str
    api_key: str | None = field(default=None, repr=False)
    timeout: float = _TIMEOUT_SECONDS
    """Seconds without a sign of life."""

    def __post_init__(self) -> None:
        url = urlsplit(self.base_url)
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise ConfigurationError(f"ASHR_JUDGE_BASE_URL must be an http or https URL, not {self.base_url!r}")

    def ask(self, question: str, data: Mapping[str, str], answers: Sequence[str]) -> Opinion:
        """Ask, and read the answer."""
        form = (
            f'Reply with a JSON object {{"answer": one of {json.dumps(list(answers))}, "reason": one short sentence}}.'
        )
        messages = [
            {"role": "system", "content": f"{question}\n{form}"},
            {"role": "user", "content": json.dumps(data, ensure_ascii=False)},
        ]
        said = self._completion({"model": self.name, "messages": messages, "temperature": 0})
        reply = as_object(parsed_json(said[said.find("{") : said.rfind("}") + 1])) or {}
        if reply.get("answer") not in answers:
            raise NotJudgedError(f"{self.name} answered {shown(said)}, not one of {', '.join(answers)}")
        return Opinion(reply["answer"], str(reply.get("reason") or ""))

    def _completion(self, request: dict[str, Any]) -> str:
        try:
            status, content = self._post(json.dumps(request).encode())
        except (OSError, http.client.HTTPException) as error:
            raise NotJudgedError(f"{self.name} cannot be reached: {type(error).__name__}: {error}") from error
        answer = as_object(parsed_json(content)) or {}
        if status != 200:
            raise NotJudgedError(f"{self.name} answered with status {status}: {shown(content)}")
        choice = as_object(next(iter(as_list(answer.get("choices")) or ()), None)) or {}
        said = (as_object(choice.get("message")) or {}).get("content")
        if not isinstance(said, str):
            raise NotJudgedError(f"{self.name} answered no text but {shown(content)}")
        return said

    def _post(self, body: bytes) -> tuple[int, str]:
        url = urlsplit(self.base_url)
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        connection = kind(url.hostname or "", url.port, timeout=self.timeout)
        headers = {"content-type": "application/json"}
        if self.api_key:
            headers["authorization"] = f"Bearer {self.api_key}"
        try:
            connection.request("POST", f"{url.path.rstrip('/')}/chat/completions", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(_LARGEST_ANSWER).decode("utf-8", "replace")
        finally:
            connection.close()
