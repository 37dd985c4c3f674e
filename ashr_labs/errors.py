"""The errors that this package raises.

    AshrLabsError
    ├── ConfigurationError        (also ValueError)    an option or argument is invalid
    │   └── MissingAPIKeyError    (also RuntimeError)  no API key was given
    ├── DatasetError              (also ValueError)    a dataset does not have the documented shape
    ├── SpecError                 (also ValueError)    a sandbox spec is not valid
    ├── ScorerError               (also ValueError)    a scorer returned something that is not a score
    ├── ModelError                                     a language model did not give a usable reply
    ├── TurnFailedError                                a deployed agent failed during a turn
    ├── APIConnectionError                             no response arrived
    │   ├── APITimeoutError       (also TimeoutError)  no response arrived in time
    │   └── StreamInterruptedError                     a stream of events stopped before its end
    ├── ResponseFormatError                            a response arrived that is not as documented
    ├── PollTimeoutError          (also TimeoutError)  polling took longer than the timeout
    ├── BadRequestError           400                  the platform cannot parse the request
    ├── AuthenticationError       401                  the API key is not valid
    ├── AuthorizationError        403                  the API key may not do this
    ├── NotFoundError             404                  it does not exist, or the key has no access to it
    ├── ConflictError             409                  the request conflicts with what is stored
    ├── ValidationError           422                  the request's content is invalid
    ├── RateLimitError            429                  too many requests
    └── ServerError               500 and above        the platform failed (501: not implemented)

Any other status is an `AshrLabsError` itself. An error inside a response with status 200 is a `NotFoundError` or a
`BadRequestError`, depending on its message.
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
    "ModelError",
    "NotFoundError",
    "PollTimeoutError",
    "RateLimitError",
    "ResponseFormatError",
    "ScorerError",
    "ServerError",
    "SpecError",
    "StreamInterruptedError",
    "TurnFailedError",
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
        """The cause, and how to fix it."""
        self.status_code = status_code
        """HTTP status of the response; None if there was none."""
        self.response = response
        """JSON object of the response; None if there was none."""
        self.operation = operation
        """The operation that failed, such as `get_dataset`."""
        self.request_id = request_id
        """The platform's id of the request, for its support."""
        self.retry_after = retry_after
        """Seconds that the platform asks to wait before a retry."""
        self.outcome_unknown = False
        """True if the call may have changed something: check before you repeat it."""

    def __str__(self) -> str:
        text = self.message if self.status_code is None else f"[{self.status_code}] {self.message}"
        return f"{text} (the outcome is unknown: check before you repeat it)" if self.outcome_unknown else text

    def __reduce__(self) -> tuple[Any, ...]:
        # By default an exception is rebuilt from `args` alone, without its keyword-only attributes.
        return (_restore, (type(self), self.args, self.__dict__.copy()))


class ConfigurationError(AshrLabsError, ValueError):
    """An option or an argument is invalid; nothing was sent."""


class MissingAPIKeyError(ConfigurationError, RuntimeError):
    """No API key was given as an argument or in the environment."""


class DatasetError(AshrLabsError, ValueError):
    """A dataset does not have the documented shape at `path`."""

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        """The place in the dataset, such as `runs.refund_1.actions[3].expected_response`."""


class SpecError(AshrLabsError, ValueError):
    """A sandbox spec is not valid at `path`, in the line `line` of its text."""

    def __init__(self, message: str, *, path: str, line: int, column: int) -> None:
        place = f"line {line}, {path}" if path else f"line {line}"
        super().__init__(f"{place}: {message}")
        self.path = path
        """The place in the spec, such as `services[0].image`; empty for the text as a whole."""
        self.line = line
        """Number of the line, from 1."""
        self.column = column
        """Number of the character in the line, from 1."""


class ScorerError(AshrLabsError, ValueError):
    """A scorer returned something that is not a score, or was given something that it cannot score."""


class ModelError(AshrLabsError):
    """A language model could not be reached, or its reply cannot be used."""

    is_transient = False
    """True if the same call may succeed later."""

    def __str__(self) -> str:
        return self.message


class TurnFailedError(AshrLabsError):
    """A deployed agent failed during a turn; its session has the events that came before."""

    session_id = ""
    """The session of the turn."""
    text = ""
    """The text of the agent before it failed."""


class APIConnectionError(AshrLabsError):
    """No response arrived: the connection was refused or lost, or the host is unknown."""

    may_have_arrived = True
    """False if no connection was established, so that the platform cannot have received the request."""


class APITimeoutError(APIConnectionError, TimeoutError):
    """No response arrived within the client's timeout."""


class StreamInterruptedError(APIConnectionError):
    """A stream of events stopped before the event that completes it, and could not be resumed."""

    last_event_id = ""
    """The id of the last event that was read, behind which the stream can be resumed; empty if there is none."""
    events_read = 0
    """The number of events that were read."""


class ResponseFormatError(AshrLabsError):
    """A response arrived that is not as documented: not JSON, not an object, or without a required field."""


class PollTimeoutError(AshrLabsError, TimeoutError):
    """The platform did not finish within the timeout of a polling method."""


class BadRequestError(AshrLabsError):
    """The platform cannot parse the request (400)."""


class AuthenticationError(AshrLabsError):
    """The API key is missing, unknown, expired or revoked (401)."""


class AuthorizationError(AshrLabsError):
    """The API key may not do this (403): a foreign tenant, a missing scope, or a feature that is off."""


class NotFoundError(AshrLabsError):
    """It does not exist, or the key has no access to it (404)."""


class ConflictError(AshrLabsError):
    """The request conflicts with what is stored (409)."""


class ValidationError(AshrLabsError):
    """The request is well formed, but its content is invalid (422)."""


class RateLimitError(AshrLabsError):
    """Too many requests (429); `retry_after` has the seconds to wait."""


class ServerError(AshrLabsError):
    """The platform failed (500 and above), or does not implement the operation (501)."""


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
    """Return the class of an HTTP status of 400 or above."""
    if status_code >= 500:
        return ServerError
    return _BY_STATUS.get(status_code, AshrLabsError)


for _name in __all__:
    if _name.endswith("Error"):
        globals()[_name].__module__ = "ashr_labs"  # tracebacks name the public place


def _restore(cls: type[AshrLabsError], args: tuple[Any, ...], state: dict[str, Any]) -> AshrLabsError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
