"""Functions of other libraries whose calls are recorded."""

from __future__ import annotations

from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from .calls import begin

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..tracing.context import HasTracing
    from .calls import Describe

__all__ = ["is_recorded", "recorded"]

_MARK = "_ashr_labs_recorded"


def recorded(function: Callable[..., Any], describe: Describe, client: HasTracing | None = None) -> Callable[..., Any]:
    """Return a function of the same kind that records its calls; arguments, results and exceptions pass unchanged.

    Args:
        function: The function.
        describe: Reads its arguments.
        client: Delivers calls without an active span; defaults to the default client.
    """

    @wraps(function)
    def call_recorded(*args: Any, **kwargs: Any) -> Any:
        call = begin(describe, args, kwargs, client)
        if call is None:
            return function(*args, **kwargs)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            call.fail(error)
            raise
        return call.answered(result)

    @wraps(function)
    async def await_recorded(*args: Any, **kwargs: Any) -> Any:
        call = begin(describe, args, kwargs, client)
        if call is None:
            return await function(*args, **kwargs)
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            call.fail(error)
            raise
        return call.answered(result)

    chosen = await_recorded if iscoroutinefunction(function) else call_recorded
    vars(chosen)[_MARK] = True
    return chosen


def is_recorded(function: object) -> bool:
    """Return True if the calls of a function are recorded."""
    return getattr(function, _MARK, False) is True
