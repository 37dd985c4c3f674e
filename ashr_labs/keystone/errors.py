"""The errors of `polarity-keystone`."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ..errors import AshrLabsError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["KeystoneError", "PolarityError", "as_keystone_error"]

P = ParamSpec("P")
T = TypeVar("T")


class KeystoneError(AshrLabsError):
    """A request of a `Keystone` client failed.

    Args:
        status_code: HTTP status of the response; 0 if there was none.
        message: The cause, and how to fix it.
        details: Further attributes of `AshrLabsError`.
    """

    status_code: int

    def __init__(self, status_code: int = 0, message: str = "", **details: Any) -> None:
        super().__init__(message, status_code, **details)

    def __str__(self) -> str:
        return f"Polarity API error ({self.status_code}): {self.message}"


class PolarityError(KeystoneError):
    """Another name of `KeystoneError`; it is not raised."""


def as_keystone_error(function: Callable[P, T]) -> Callable[P, T]:
    """Return a function that raises the errors of requests as `KeystoneError`, each caused by the original."""

    @wraps(function)
    def mapped(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except KeystoneError:
            raise
        except AshrLabsError as error:
            raise _mapped(error) from error

    return mapped


def _mapped(error: AshrLabsError) -> AshrLabsError:
    """Return the error of a request as a `KeystoneError`, and one of an argument as it is."""
    if isinstance(error, ValueError):
        return error
    found = KeystoneError(
        error.status_code or 0,
        error.message,
        response=error.response,
        operation=error.operation,
        request_id=error.request_id,
        retry_after=error.retry_after,
    )
    found.outcome_unknown = error.outcome_unknown
    return found


for _class in (KeystoneError, PolarityError):
    _class.__module__ = "ashr_labs.keystone"  # tracebacks name the public place
