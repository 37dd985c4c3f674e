"""Requests to the API of a model, whose answer is a stream of events, through the proxy of the sandbox."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .turn import TurnError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ModelError", "Reply", "stream"]

_SECONDS = 300.0
"""How long the API may be silent."""
_RETRIED = {408, 409, 429, 500, 502, 503, 504, 529}
_WAITS = (1.0, 4.0)
_MAX_WAIT = 30.0
_MAX_ERROR = 2000
_MAX_EVENT = 4 << 20


class ModelError(TurnError):
    """The model gave no usable reply."""


@dataclass
class Reply:
    """The reply of a model, in the form of Anthropic's Messages."""

    blocks: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Of type `text`, `thinking` or `tool_use`."""
    usage: dict[str, int] = field(default_factory=dict[str, int])
    """Tokens; those of a cache are not among the input."""
    model: str = ""
    stop: str = ""
    """Why it ended."""

    @property
    def text(self) -> str:
        """Its texts."""
        return "".join(block["text"] for block in self.blocks if block["type"] == "text")

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Its calls of tools."""
        return [block for block in self.blocks if block["type"] == "tool_use"]


def stream(url: str, headers: dict[str, str], body: dict[str, Any], secret: str) -> Iterator[dict[str, Any]]:
    """Send a request, and yield the JSON of each event of the answer.

    It is sent again after an error that may pass, as long as nothing was answered.

    Raises:
        ModelError: There is no answer, or it is not a stream of events; the message does not have the secret.
    """
    waits = iter(_WAITS)
    while True:
        try:
            response = _opened(url, headers, body)
            break
        except urllib.error.HTTPError as error:
            wait = next(waits, None) if error.code in _RETRIED else None
            if wait is None:
                raise ModelError(_said(url, error, secret)) from None
            time.sleep(min(_MAX_WAIT, _asked(error) or wait))
        except (OSError, http.client.HTTPException) as error:
            wait = next(waits, None)
            if wait is None:
                reason = getattr(error, "reason", error)
                raise ModelError(
                    f"the model at {url} cannot be reached: {reason}".replace(secret or "\0", "***")
                ) from None
            time.sleep(wait)
    with response:
        try:
            yield from _events(response)
        except (OSError, http.client.HTTPException) as error:
            raise ModelError(f"the answer of the model at {url} broke off: {error}") from None


def _opened(url: str, headers: dict[str, str], body: dict[str, Any]) -> Any:
    content = json.dumps(body).encode()
    more = {"content-type": "application/json", "accept": "text/event-stream", "user-agent": "ashr-labs-agent"}
    request = urllib.request.Request(url, content, {**more, **headers}, method="POST")  # noqa: S310 - of a checked URL
    return _OPENER.open(request, timeout=_SECONDS)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Follow no redirect: the request has a key."""


_OPENER = urllib.request.build_opener(_NoRedirects)


def _events(response: Any) -> Iterator[dict[str, Any]]:
    is_stream = response.headers.get_content_type() == "text/event-stream"
    if not is_stream:
        raise ModelError(
            f"the model did not answer with a stream of events, but with {response.headers.get_content_type()}"
        )
    while line := response.readline(_MAX_EVENT + 1):
        if len(line) > _MAX_EVENT:
            raise ModelError(f"an event of the model has more than {_MAX_EVENT} bytes")
        if not line.startswith(b"data:"):
            continue
        data = line[5:].strip()
        if data == b"[DONE]":
            return
        try:
            event = json.loads(data)
        except ValueError:
            raise ModelError(f"an event of the model is not JSON: {data[:200].decode('utf-8', 'replace')}") from None
        if isinstance(event, dict):
            yield event


def _said(url: str, error: urllib.error.HTTPError, secret: str) -> str:
    with error:
        text = error.read(_MAX_ERROR).decode("utf-8", "replace").strip()
    return _hidden(f"the model at {url} answered with status {error.code}: {text}", secret)


def _hidden(text: str, secret: str) -> str:
    return text.replace(secret, "***") if secret else text


def _asked(error: urllib.error.HTTPError) -> float:
    """Return how long the API asks to wait; 0 if it does not."""
    with error:
        given = error.headers.get("retry-after", "")
    return float(given) if given.isdecimal() else 0.0
