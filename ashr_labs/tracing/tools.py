"""`tool`: the boundary between an agent and its tools, where calls are recorded and can be replaced."""

from __future__ import annotations

import inspect
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar, cast, overload

from .._json import preview
from .._scoped import scoped
from .decorator import traced
from .instrument import Arguments

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["TOOLS", "ToolHook", "ToolInvocation", "ToolScope", "in_tool_scope", "tool", "tool_hook"]

T = TypeVar("T")
F = TypeVar("F", bound="Callable[..., Any]")


class ToolInvocation(NamedTuple):
    """A call of a tool, before it is made."""

    name: str
    arguments: dict[str, Any]
    """The passed arguments by name, without defaults."""
    number: int
    """Which call of this tool it is, from 1; counted in each scenario."""
    scenario_id: str | None = None
    """The scenario that is played; None outside of a run."""


ToolHook: TypeAlias = Callable[[ToolInvocation, Callable[[], Any]], Any]
"""Takes an invocation and a function that makes the call; returns the result, or raises. For an asynchronous tool, the
function returns an awaitable, and so may the hook."""


class ToolScope:
    """A hook and the calls that went through it."""

    __slots__ = ("_counts", "_lock", "hook", "scenario_id")

    def __init__(self, hook: ToolHook, scenario_id: str | None = None) -> None:
        self.hook = hook
        self.scenario_id = scenario_id
        self._counts = Counter[str]()
        self._lock = threading.Lock()

    def call(self, name: str, arguments: dict[str, Any], call: Callable[[], Any]) -> Any:
        """Return the result of the hook."""
        with self._lock:
            self._counts[name] += 1
            number = self._counts[name]
        return self.hook(ToolInvocation(name, arguments, number, self.scenario_id), call)


TOOLS: ContextVar[ToolScope | None] = ContextVar("ashr_labs_tools", default=None)
"""The hook of the current context, if any."""


@contextmanager
def tool_hook(hook: ToolHook) -> Generator[None]:
    """Let a hook make, replace or refuse the calls of tools in a block.

    >>> from ashr_labs import tool, tool_hook
    >>> add = tool("add", lambda a, b: a + b)
    >>> with tool_hook(lambda invocation, call: -call() if invocation.number == 1 else call()):
    ...     add(1, 2), add(1, 2)
    (-3, 3)
    """
    token = TOOLS.set(ToolScope(hook))
    try:
        yield
    finally:
        TOOLS.reset(token)


def in_tool_scope(function: Callable[..., Any], scope: ToolScope) -> Callable[..., Any]:
    """Return a function, synchronous or asynchronous, that runs with a hook."""
    return scoped(function, TOOLS, scope)


@overload
def tool(function: F, /) -> F: ...
@overload
def tool(name: str, function: F, /) -> F: ...
@overload
def tool(name: str, /) -> Callable[[F], F]: ...
@overload
def tool(tools: T, /) -> T: ...
def tool(subject: Any, function: Any = None, /) -> Any:
    """Record each call of a tool, and let a hook replace it.

    A call becomes a span named `tool:<name>` with its arguments, result or exception, and duration; in a run, it
    belongs to the test of the scenario. Takes a function, synchronous or asynchronous; a mapping or list of functions;
    or an object, whose public methods become tools.

    Args:
        subject: The function or toolset; or the name of the tool, which defaults to the function's.
        function: The function, after a name.

    Raises:
        TypeError: It is neither a function nor a toolset.

    Example:
        >>> @tool
        ... def refund(order: str) -> str:
        ...     return f"refunded {order}"
        >>> refund("A1")
        'refunded A1'
    """
    if isinstance(subject, str):
        return partial(_wrapped, name=subject) if function is None else _wrapped(function, subject)
    if function is not None:
        raise TypeError(f"tool: the name must be a string, got {preview(subject)}")
    return _wrapped_tools(subject)


class Toolset:
    """An object whose public methods are tools; everything else is the object's own."""

    def __init__(self, tools: object) -> None:
        self._tools = tools
        self._wrapped: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._tools, name)
        if name.startswith("_") or not inspect.isroutine(value):
            return value
        return self._wrapped.setdefault(name, _wrapped(value, name))

    def __repr__(self) -> str:
        return f"<tools of {self._tools!r}>"


def _wrapped_tools(subject: Any) -> Any:
    if isinstance(subject, Mapping):
        tools = cast("Mapping[str, Any]", subject)
        return {name: _wrapped(one, name) for name, one in tools.items()}
    if isinstance(subject, list | tuple):
        return type(cast("list[Any]", subject))(_wrapped(one) for one in cast("list[Any]", subject))
    if inspect.isroutine(subject) or isinstance(subject, partial):
        return _wrapped(subject)
    if isinstance(subject, type) or not hasattr(subject, "__dict__"):
        raise TypeError(f"tool: must be a function, functions, or an object with methods, got {preview(subject)}")
    return Toolset(subject)


def _wrapped(function: Any, name: str | None = None) -> Any:
    if not callable(function):
        raise TypeError(f"tool: must be a function, got {preview(function)}")
    name = name or _name_of(function)
    return traced(name, _hooked(function, name, Arguments(function)), kind="tool")


def _hooked(function: Callable[..., Any], name: str, arguments: Arguments) -> Callable[..., Any]:
    """Return a function of the same kind whose calls go through the hook of the context, if any."""

    def call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        scope = TOOLS.get()
        if scope is None:
            return function(*args, **kwargs)
        return scope.call(name, arguments.by_name(args, kwargs), partial(function, *args, **kwargs))

    @wraps(function)
    def plain(*args: Any, **kwargs: Any) -> Any:
        return call(args, kwargs)

    @wraps(function)
    async def awaited(*args: Any, **kwargs: Any) -> Any:
        result = call(args, kwargs)
        return await result if inspect.isawaitable(result) else result

    @wraps(function)
    def yielding(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        items: Generator[Any, Any, Any] = call(args, kwargs)
        return (yield from items)

    @wraps(function)
    async def async_yielding(*args: Any, **kwargs: Any) -> Any:
        async for item in call(args, kwargs):
            yield item

    if inspect.isasyncgenfunction(function):
        return async_yielding
    if inspect.isgeneratorfunction(function):
        return yielding
    return awaited if _is_async(function) else plain


def _is_async(function: Callable[..., Any]) -> bool:
    inner = function.func if isinstance(function, partial) else function
    return inspect.iscoroutinefunction(inner) or inspect.iscoroutinefunction(getattr(inner, "__call__", None))  # noqa: B004


def _name_of(function: Any) -> str:
    inner = function.func if isinstance(function, partial) else function
    name: str = getattr(inner, "__name__", type(inner).__name__)
    return name
