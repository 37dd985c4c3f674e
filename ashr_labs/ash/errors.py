"""The error of requests of an `AshClient`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import AshrLabsError

if TYPE_CHECKING:
    from typing import Any

__all__ = ["AshApiError", "as_api_error"]


class AshApiError(AshrLabsError):
    """The platform refused a request: `status_code`, `message` and the JSON of the response as `body`."""

    status_code: int

    @property
    def body(self) -> dict[str, Any] | None:
        """The JSON object of the response; None if it is not one."""
        return self.response


AshApiError.__module__ = "ashr_labs.ash"


def as_api_error(error: AshrLabsError) -> AshrLabsError:
    """Convert HTTP errors to `AshApiError`; return others, such as connection errors, unchanged."""
    if error.status_code is None or isinstance(error, AshApiError):
        return error
    found = AshApiError(
        error.message,
        error.status_code,
        error.response,
        operation=error.operation,
        request_id=error.request_id,
        retry_after=error.retry_after,
    )
    found.outcome_unknown = error.outcome_unknown
    return found
