"""Failed requests: the status and body of an exception, as each kind of path documents them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from ..errors import AshrLabsError, error_class_for_status
from .store.columns import unwrap
from .store.engine import is_outage, outage_reason
from .store.raw_json import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RefusedError", "error_body", "error_content", "failure"]

_logger = logging.getLogger(__name__)

_STATUS: dict[type[Exception], int] = {
    error_class_for_status(status): status for status in (400, 401, 403, 404, 409, 422, 429)
}
_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many_requests",
    501: "not_implemented",
    503: "unavailable",
}


class RefusedError(AshrLabsError):
    """A request that is refused with a status that no other class stands for."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})


def error_body(path: str, status: int, message: str, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the body of an error response.

    Args:
        path: The path of the request, which decides about the form.
        status: The HTTP status.
        message: The cause, and what to do.
        details: Further fields.
    """
    if path.startswith("/v1/"):
        return {"error": message, "code": _CODES.get(status, "failed"), **(details or {})}
    if path.startswith("/api/"):
        return {"error": message, "statusCode": status, **(details or {})}
    return {"status": "error", "message": message, **(details or {})}


def error_content(
    path: str, media_type: str, status: int, message: str, details: Mapping[str, Any] | None = None
) -> tuple[bytes, str]:
    """Return the body of an error response and its media type.

    Args:
        path: The path of the request.
        media_type: The media type of the request's body, which that of the response follows where there are several.
        status: The HTTP status.
        message: The cause, and what to do.
        details: Further fields.
    """
    if path.startswith("/otlp/"):
        from .otlp.answers import failure_content  # noqa: PLC0415 - the library of protobuf takes a while to load

        return failure_content(media_type, status, message)
    return encode(error_body(path, status, message, details)).encode(), "application/json"


def failure(error: Exception, request_id: str) -> tuple[int, str, Mapping[str, Any] | None, dict[str, str]]:
    """Return status, message, further fields and headers of the response to a failed request.

    What the client cannot mend is logged.
    """
    cause = unwrap(error)
    headers: dict[str, str] = {}
    details: Mapping[str, Any] | None = None
    if isinstance(cause, RefusedError):
        status, message, headers = cause.status, cause.message, cause.headers
    elif isinstance(cause, AshrLabsError):
        status, message, details = _STATUS.get(type(cause), 500), cause.message, cause.response
    elif is_outage(error):
        _logger.warning("request %s failed, the database is unavailable: %s", request_id, _one_line(cause))
        status, message = 503, f"the platform's database is unavailable: {outage_reason(error)}"
        headers = {"retry-after": "1"}
    else:
        _logger.error("request %s failed", request_id, exc_info=error)
        status = 500
        message = f"the platform failed ({type(error).__name__}); see its log for request {request_id}"
    return status, message, details, headers


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
