"""Read the platform's answer: its JSON object, or the error that it stands for. Pure; knows no HTTP library."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from .._json import parsed_json, preview
from ..errors import AshrLabsError, NotFoundError, ResponseFormatError, error_class_for_status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import UnionType

__all__ = ["ID", "RawResponse", "decoded", "hide", "read_answer", "seconds_to_wait", "take"]

Result = TypeVar("Result")
_SNIPPET_LENGTH = 200
ID = int | str
"""What identifies a thing; a kind for `take`."""
_KINDS: dict[type | UnionType, str] = {dict: "an object", list: "an array", ID: "an id"}
_ERROR_INSIDE_SUCCESS = 400
"""What an error inside an answer with status 200 counts as."""


@dataclass(frozen=True, slots=True, eq=False)
class RawResponse(Generic[Result]):
    """An answer as it came."""

    status_code: int
    headers: dict[str, str]
    """By names in lower case."""
    body: dict[str, Any]
    """The whole JSON object."""
    result: Result
    """What the plain method returns."""

    @property
    def request_id(self) -> str | None:
        """The platform's id of the request, for its support."""
        return self.headers.get("x-request-id")


def decoded(content: bytes) -> str | None:
    """Return an answer's body as text, or None where it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def read_answer(status: int, headers: Mapping[str, str], text: str | None, operation: str) -> dict[str, Any]:
    """Return the JSON object of a successful answer.

    Args:
        status: The HTTP status.
        headers: The answer's headers, found whatever their case.
        text: The answer's body; None where it is no text.
        operation: The operation that was called, for messages.

    Raises:
        ResponseFormatError: If a success is not a JSON object.
        AshrLabsError: The class for the status, if the answer is a failure.
    """
    body = _json_object(text)
    if status < 200 or status >= 300:
        raise _failure(status, headers, body, _message(body) or _snippet(text) or "no message", operation)
    if body is None:
        raise ResponseFormatError(
            f"{operation}: the answer is not a JSON object but {_snippet(text) or 'empty'!r}; is base_url right?",
            status,
            operation=operation,
            request_id=headers.get("x-request-id"),
        )
    if body.get("status") == "error":
        message = _message(body) or "no message"
        missing = "not found" in message.lower()
        raise _failure(404 if missing else _ERROR_INSIDE_SUCCESS, headers, body, message, operation)
    return body


def hide(error: AshrLabsError, secret: str, mask: str) -> None:
    """Take a secret out of an error, should the platform have repeated it."""
    error.message = error.message.replace(secret, mask)
    error.args = (error.message,)
    text = json.dumps(error.response)
    if secret in text:
        error.response = json.loads(text.replace(secret, mask))


def take(body: Mapping[str, Any], key: str, operation: str, kind: type | UnionType = dict) -> Any:
    """Return the part of an answer that the caller wants.

    Raises:
        ResponseFormatError: If the answer does not have it, or it is of another kind.
    """
    if key not in body:
        raise ResponseFormatError(
            f"{operation}: the answer has no {key!r}, only {sorted(body)}", 200, dict(body), operation=operation
        )
    value = body[key]
    if not isinstance(value, kind):
        raise ResponseFormatError(
            f"{operation}: the answer's {key!r} is {preview(value)} instead of {_KINDS[kind]}",
            200,
            dict(body),
            operation=operation,
        )
    return value


def seconds_to_wait(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return how long the platform asks to wait before another try, in seconds, or None.

    Reads `retry-after-ms`, and `Retry-After` as seconds or as an HTTP date (RFC 9110, section 10.2.3).
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or value is None:
        return seconds
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - (now or datetime.now(UTC))).total_seconds())


def _failure(
    status: int, headers: Mapping[str, str], body: dict[str, Any] | None, message: str, operation: str
) -> AshrLabsError:
    cls = NotFoundError if status == 404 else error_class_for_status(status)
    return cls(
        message,
        status,
        body,
        operation=operation,
        request_id=headers.get("x-request-id"),
        retry_after=seconds_to_wait(headers),
    )


def _json_object(text: str | None) -> dict[str, Any] | None:
    body = parsed_json(text or "")
    return cast("dict[str, Any]", body) if isinstance(body, dict) else None


def _message(body: dict[str, Any] | None) -> str | None:
    for key in ("message", "error", "detail"):
        value = (body or {}).get(key)
        if isinstance(value, str) and value:
            return value
    return None


def _snippet(text: str | None) -> str:
    if text is None:
        return "not UTF-8"
    start = " ".join(text[: 4 * _SNIPPET_LENGTH].split())
    return start if len(start) <= _SNIPPET_LENGTH else f"{start[:_SNIPPET_LENGTH]}..."


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None
