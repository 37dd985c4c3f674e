"""Requests before they are sent: calls, and requests for resources. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from ashr_labs_contract.operations import OPERATIONS

from .._routes import Match, Routes, expand
from ..errors import ConfigurationError
from ._retry import is_read

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STREAM", "Outgoing", "call", "from_target", "resource"]

STREAM = "text/event-stream"
_ROUTES = Routes(
    (name, operation.method, operation.path)
    for name, operation in OPERATIONS.items()
    if not operation.path.startswith("/#")
)
_READS = frozenset(name for name, operation in OPERATIONS.items() if operation.method == "GET" or is_read(name))
_IDEMPOTENT = frozenset(name for name, operation in OPERATIONS.items() if operation.idempotent)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request, the same for each attempt."""

    operation: str
    content: bytes = field(repr=False)
    method: str = "POST"
    target: str = ""
    """Path and query below the base URL, percent-encoded; empty for a call."""
    content_type: str | None = None
    """Of the body, in place of JSON."""
    last_event_id: str | None = None
    """The id of the event behind which a stream begins."""
    is_download: bool = False
    """Whether the body of the response is read in parts."""

    @property
    def is_call(self) -> bool:
        """Whether it goes to the base URL."""
        return not self.target

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing, so that it needs no idempotency key."""
        return self.operation in _READS

    @property
    def is_idempotent(self) -> bool:
        """Whether a repeated request changes nothing."""
        return self.operation in _IDEMPOTENT

    @property
    def last_event(self) -> str | None:
        """The type of the event that completes the stream; None if the operation answers otherwise."""
        described = OPERATIONS.get(self.operation)
        return None if described is None else described.last_event

    @property
    def headers(self) -> dict[str, str]:
        """The headers that this request has in place of the usual ones."""
        if self.is_download:
            return {"accept": "*/*"}
        if self.last_event is None:
            return {}
        resumed = {} if self.last_event_id is None else {"last-event-id": self.last_event_id}
        # A compressed stream could not be read event by event.
        return {"accept": STREAM, "accept-encoding": "identity", **resumed}

    @property
    def is_answered_in_json(self) -> bool:
        """Whether the operation answers with JSON."""
        described = OPERATIONS.get(self.operation)
        return described is not None and described.media_type == "application/json"


def call(body: Mapping[str, object]) -> Outgoing:
    """Return a call.

    Raises:
        ConfigurationError: The body cannot be written as JSON.
    """
    operation = str(body["function"])
    return Outgoing(operation, _dumped(operation, body))


def resource(
    operation: str,
    path: Mapping[str, object] | None = None,
    query: Mapping[str, object] | None = None,
    body: Mapping[str, object] | bytes | None = None,
    content_type: str | None = None,
) -> Outgoing:
    """Return the request for a resource.

    Args:
        operation: The operation id.
        path: The parameters in the path.
        query: The parameters in the query; those that are None are left out.
        body: An object for JSON, or bytes.
        content_type: The media type of the bytes.

    Raises:
        ConfigurationError: The body cannot be written as JSON.
    """
    described = OPERATIONS[operation]
    target = expand(described.path, path or {})
    given = {name: value for name, value in (query or {}).items() if value is not None}
    texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()}
    if texts:
        target += "?" + urlencode(texts, quote_via=quote)
    content = body if isinstance(body, bytes) else b"" if body is None else _dumped(operation, body)
    return Outgoing(operation, content, described.method, target, content_type)


def from_target(
    method: str, target: str, content: bytes, content_type: str | None, last_event_id: str | None = None
) -> Outgoing:
    """Return the request of a generated endpoint function."""
    if not target:
        return Outgoing(_named(content), content)
    found = _ROUTES.match(method, target.partition("?")[0])
    operation = found.operation if isinstance(found, Match) else f"{method} {target.partition('?')[0]}"
    return Outgoing(operation, content, method, target, content_type, last_event_id)


def _named(content: bytes) -> str:
    """Return the operation that the body of a call names."""
    try:
        return str(json.loads(content)["function"])
    except (ValueError, KeyError, TypeError):
        return "call"


def _dumped(operation: str, body: Mapping[str, object]) -> bytes:
    try:
        return json.dumps(body, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        message = f"{operation}: a parameter cannot be written as JSON: {error}"
        raise ConfigurationError(message, operation=operation) from error
