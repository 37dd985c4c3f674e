"""Parse responses: the JSON object, or the error that the response reports. Pure; independent of the HTTP library."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, cast

from .._format import truncate
from .._gc import paused_gc
from .._json import preview
from .._retry import retry_after
from ..errors import AshrLabsError, NotFoundError, ResponseFormatError, error_class_for_status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import UnionType

__all__ = [
    "ID",
    "RawResponse",
    "checked",
    "decode_text",
    "read_refusal",
    "read_resource",
    "read_response",
    "redact",
    "require_field",
]

Result = TypeVar("Result")
_SNIPPET_LENGTH = 200
_LARGE = 100_000
"""Characters of JSON from which pausing the garbage collector pays."""
ID = int | str
"""An identifier; a kind for `require_field`."""
_KINDS: dict[type | UnionType, str] = {dict: "an object", list: "an array", ID: "an id", str: "a string"}
_NOT_IMPLEMENTED = 501
_ERROR_INSIDE_SUCCESS = 400
"""The status that an error inside a response with status 200 is read as."""


@dataclass(frozen=True, slots=True, eq=False)
class RawResponse(Generic[Result]):
    """A response with its status, headers and whole body."""

    status_code: int
    headers: dict[str, str]
    """By lower-case name."""
    body: dict[str, Any]
    """The whole JSON object."""
    result: Result
    """The return value of the plain method."""

    @property
    def request_id(self) -> str | None:
        """The platform's id of the request, for its support."""
        return self.headers.get("x-request-id")


RawResponse.__module__ = "ashr_labs"


def decode_text(content: bytes) -> str | None:
    """Return the body of a response as text, or None if it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def read_response(status: int, headers: Mapping[str, str], text: str | None, operation: str) -> dict[str, Any]:
    """Return the JSON object of the successful response to a call.

    Args:
        status: The HTTP status.
        headers: The headers, looked up without regard to case.
        text: The body; None if it is not text.
        operation: The operation that was called, for messages.

    Raises:
        ResponseFormatError: If a success is not a JSON object.
        AshrLabsError: The class for the status, if the response reports an error.
    """
    body = _json_object(text or "")
    _raise_for_status(status, headers, body, text, operation)
    if body is None:
        raise _not_json("a JSON object", status, headers, text, operation)
    if body.get("status") == "error":
        message = _message(body) or "no message"
        missing = "not found" in message.lower()
        raise _failure(404 if missing else _ERROR_INSIDE_SUCCESS, headers, body, message, operation)
    return body


def read_resource(status: int, headers: Mapping[str, str], text: str | None, operation: str, *, is_json: bool) -> Any:
    """Return the JSON of the successful response of a resource; None if it is not to be JSON.

    Args:
        status: The HTTP status.
        headers: The headers, looked up without regard to case.
        text: The body; None if it is not text.
        operation: The operation, for messages.
        is_json: Whether the operation answers with JSON.

    Raises:
        ResponseFormatError: If a success is not the JSON that it has to be.
        AshrLabsError: The class for the status, if the response reports an error.
    """
    if not 200 <= status < 300:
        _raise_for_status(status, headers, _json_object(text or ""), text, operation)
    if not is_json:
        return None
    parsed = _parsed(text or "")
    if parsed is None:
        raise _not_json("JSON", status, headers, text, operation)
    return parsed


def read_refusal(status: int, headers: Mapping[str, str], text: str | None, operation: str) -> NoReturn:
    """Raise the error of a response that is not the stream of events that was asked for.

    Raises:
        ResponseFormatError: If it is a success.
        AshrLabsError: The class for the status, if the response reports an error.
    """
    _raise_for_status(status, headers, _json_object(text or ""), text, operation)
    raise _not_json("a stream of events", status, headers, text, operation)


def _raise_for_status(
    status: int, headers: Mapping[str, str], body: dict[str, Any] | None, text: str | None, operation: str
) -> None:
    if status < 200 or status >= 300:
        default = f"the platform does not implement {operation}" if status == _NOT_IMPLEMENTED else "no message"
        raise _failure(status, headers, body, _message(body) or _snippet(text) or default, operation)


def _not_json(
    what: str, status: int, headers: Mapping[str, str], text: str | None, operation: str
) -> ResponseFormatError:
    return ResponseFormatError(
        f"{operation}: the response must be {what}, got {_snippet(text) or 'an empty body'!r}; check base_url",
        status,
        operation=operation,
        request_id=headers.get("x-request-id"),
    )


def redact(error: AshrLabsError, secret: str, mask: str) -> None:
    """Replace a secret in an error, in case the platform repeated it."""
    if not secret:
        return
    error.message = error.message.replace(secret, mask)
    error.args = (error.message,)
    text = json.dumps(error.response)
    if secret in text:
        error.response = json.loads(text.replace(secret, mask))


def checked(answer: object, kind: type, operation: str) -> Any:
    """Return the JSON of a response.

    Raises:
        ResponseFormatError: If it is of another kind.
    """
    if not isinstance(answer, kind):
        message = f"{operation}: the response must be {_KINDS[kind]}, got {preview(answer)}"
        raise ResponseFormatError(message, 200, operation=operation)
    return answer


def require_field(body: Mapping[str, Any], key: str, operation: str, kind: type | UnionType = dict) -> Any:
    """Return a field of a response.

    Raises:
        ResponseFormatError: If the response does not have it, or it is of another kind.
    """
    if key not in body:
        raise ResponseFormatError(
            f"{operation}: the response must have {key!r}, got {sorted(body)}", 200, dict(body), operation=operation
        )
    value = body[key]
    if not isinstance(value, kind):
        raise ResponseFormatError(
            f"{operation}: {key!r} of the response must be {_KINDS[kind]}, got {preview(value)}",
            200,
            dict(body),
            operation=operation,
        )
    return value


def _json_object(text: str) -> dict[str, Any] | None:
    parsed = _parsed(text)
    return cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else None


def _parsed(text: str) -> object:
    try:
        with paused_gc() if len(text) > _LARGE else nullcontext():
            return json.loads(text)
    except (ValueError, RecursionError):  # an integer of over 4,300 digits is a ValueError
        return None


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
        retry_after=retry_after(headers),
    )


def _message(body: dict[str, Any] | None) -> str | None:
    for key in ("message", "error", "detail"):
        value = (body or {}).get(key)
        if isinstance(value, str) and value:
            return value
    return None


def _snippet(text: str | None) -> str:
    if text is None:
        return "not UTF-8"
    return truncate(" ".join(text[: 4 * _SNIPPET_LENGTH].split()), _SNIPPET_LENGTH)
