"""The one tree of errors that this package raises.

    AshrLabsError
    ├── ConfigurationError        (also ValueError)    a setting or argument cannot work
    │   └── MissingAPIKeyError    (also RuntimeError)  no API key was given
    ├── DatasetError              (also ValueError)    a dataset does not have the documented shape
    ├── APIConnectionError                             no answer arrived
    │   └── APITimeoutError       (also TimeoutError)  no answer arrived in time
    ├── ResponseFormatError                            an answer arrived that is not the documented one
    ├── PollTimeoutError          (also TimeoutError)  waiting for the platform's work took too long
    ├── BadRequestError           400                  the platform did not understand the request
    ├── AuthenticationError       401                  the API key is not valid
    ├── AuthorizationError        403                  the API key may not do this
    ├── NotFoundError             404                  there is no such thing, or not for this key
    ├── ConflictError             409                  the request contradicts what is stored
    ├── ValidationError           422                  the request's content is not acceptable
    ├── RateLimitError            429                  too many requests
    └── ServerError               500 and above        the platform failed

Any other status, and an error inside an answer with status 200, is an `AshrLabsError` itself, or the class
that its message or code stands for.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "APIConnectionError",
    "APITimeoutError",
    "AshrLabsError",
    "AuthenticationError",
    "AuthorizationError",
    "BadRequestError",
    "ConfigurationError",
    "ConflictError",
    "DatasetError",
    "MissingAPIKeyError",
    "NotFoundError",
    "PollTimeoutError",
    "RateLimitError",
    "ResponseFormatError",
    "ServerError",
    "ValidationError",
    "error_class_for_status",
]


class AshrLabsError(Exception):
    """Base of every error that this package raises."""

    def __init__(
        self,
        message: str,
        status_code: int | None = None,
        response: dict[str, Any] | None = None,
        *,
        operation: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        """What failed, and what to do about it."""
        self.status_code = status_code
        """HTTP status of the answer; None where there was none."""
        self.response = response
        """The answer's JSON object; None where there was none."""
        self.operation = operation
        """The operation that failed, such as `get_dataset`."""
        self.request_id = request_id
        """The platform's id of the request, for its support."""
        self.retry_after = retry_after
        """Seconds after which the platform asks to try again."""
        self.outcome_unknown = False
        """Whether the call may have changed something all the same; look before you repeat it."""

    def __str__(self) -> str:
        text = self.message if self.status_code is None else f"[{self.status_code}] {self.message}"
        return f"{text} (the outcome is unknown: look before you repeat it)" if self.outcome_unknown else text

    def __reduce__(self) -> tuple[Any, ...]:
        # The default recipe calls the class with `args` alone and so loses every keyword-only attribute.
        return (_restore, (type(self), self.args, self.__dict__.copy()))


class ConfigurationError(AshrLabsError, ValueError):
    """A setting or an argument cannot work; nothing was sent."""


class MissingAPIKeyError(ConfigurationError, RuntimeError):
    """No API key was given, neither as an argument nor in the environment."""


class DatasetError(AshrLabsError, ValueError):
    """A dataset does not have the documented shape; `path` says where."""

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        """Where in the dataset, such as `runs.refund_1.actions[3].expected_response`."""


class APIConnectionError(AshrLabsError):
    """No answer arrived: refused, unresolvable, or cut off; `may_have_arrived` tells which."""

    may_have_arrived = True
    """Whether the request may have reached the platform; False where no connection came about."""


class APITimeoutError(APIConnectionError, TimeoutError):
    """No answer arrived within the client's timeout."""


class ResponseFormatError(AshrLabsError):
    """An answer arrived that is not the documented one: not JSON, not an object, or without its key."""


class PollTimeoutError(AshrLabsError, TimeoutError):
    """The platform did not finish its work within the time that the caller allowed."""


class BadRequestError(AshrLabsError):
    """The platform did not understand the request (400)."""


class AuthenticationError(AshrLabsError):
    """The API key is missing, unknown, expired or revoked (401)."""


class AuthorizationError(AshrLabsError):
    """The API key may not do this (403): a foreign tenant, a missing scope, or a feature that is off."""


class NotFoundError(AshrLabsError):
    """There is no such thing, or not for this key (404)."""


class ConflictError(AshrLabsError):
    """The request contradicts what is stored (409)."""


class ValidationError(AshrLabsError):
    """The request is well formed, but its content is not acceptable (422)."""


class RateLimitError(AshrLabsError):
    """Too many requests (429); `retry_after` says how long to wait, in seconds."""


class ServerError(AshrLabsError):
    """The platform failed (500 and above)."""


_BY_STATUS: dict[int, type[AshrLabsError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: AuthorizationError,
    404: NotFoundError,
    409: ConflictError,
    422: ValidationError,
    429: RateLimitError,
}


def error_class_for_status(status_code: int) -> type[AshrLabsError]:
    """Return the class that stands for an HTTP status of 400 or above."""
    if status_code >= 500:
        return ServerError
    return _BY_STATUS.get(status_code, AshrLabsError)


def _restore(cls: type[AshrLabsError], args: tuple[Any, ...], state: dict[str, Any]) -> AshrLabsError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
