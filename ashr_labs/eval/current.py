"""The environment of the scenario that is being played."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar, overload

from .._json import preview
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from ..client._sync._sandboxes import Sandbox

__all__ = ["CURRENT", "current_environment"]

T = TypeVar("T")

CURRENT: ContextVar[object] = ContextVar("ashr_labs_environment", default=None)
"""The handle of the environment; None outside of one."""


@overload
def current_environment() -> Sandbox: ...
@overload
def current_environment(kind: type[T]) -> T: ...
def current_environment(kind: type[Any] | None = None) -> Any:
    """Return the environment of the scenario that is being played: a sandbox of its own, ready to be used.

    An agent and its tools call it while `EvalRunner` plays them with `environment=`.

    Args:
        kind: The class of the handle, where it is not a `Sandbox`: `AsyncSandbox` for an asynchronous agent, or the
            class of what your own function returns.

    Raises:
        ConfigurationError: No scenario is being played in an environment, or its handle is of another class.

    Example:
        >>> def respond(message: str) -> str:
        ...     sandbox = current_environment()
        ...     sandbox.write("note.txt", message)
        ...     return sandbox.exec("wc -c note.txt").stdout
    """
    handle = CURRENT.get()
    if handle is None:
        raise ConfigurationError(
            "current_environment() must be called by an agent while it is played with an environment; pass "
            "environment= to EvalRunner or run()"
        )
    if kind is not None and not isinstance(handle, kind):
        raise ConfigurationError(f"the environment must be a {kind.__name__}, got {preview(handle)}")
    return handle
