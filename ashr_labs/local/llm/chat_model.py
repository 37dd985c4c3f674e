"""Chat models of the embedded platform, configured by environment variables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...llm import client_from_env, json_objects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...llm import ModelClient

__all__ = ["ChatModel", "chat_model_from_env"]

_TIMEOUT_SECONDS = 60.0


def chat_model_from_env(environment: Mapping[str, str], role: str) -> ChatModel | None:
    """Return the model that `ASHR_<role>_MODEL`, `ASHR_<role>_BASE_URL` and `ASHR_<role>_API_KEY` configure, if any.

    Raises:
        ConfigurationError: The URL or the key is malformed.
    """
    client = client_from_env(environment, role, timeout=_TIMEOUT_SECONDS)
    return None if client is None else ChatModel(client)


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A model that replies with JSON objects."""

    client: ModelClient

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.client.model or ""

    def answer(
        self, system: str, user: object, *, temperature: float = 0, timeout: float | None = None
    ) -> Mapping[str, Any]:
        """Send a prompt and return the JSON object in the reply, or `{"said": reply}` if there is not exactly one.

        Args:
            system: The instructions, including the form of the reply.
            user: The input, sent as JSON.
            temperature: Sampling temperature.
            timeout: Seconds; defaults to the client's.

        Raises:
            ModelError: The model cannot be reached, or its reply has no text.
        """
        said = self.client.completion(
            [
                {"role": "system", "content": system},
                {"role": "user", "content": json.dumps(user, ensure_ascii=False)},
            ],
            temperature=temperature,
            max_tokens=None,
            timeout=timeout,
        ).text
        objects = list(json_objects(said))
        return objects[0] if len(objects) == 1 else {"said": said}
