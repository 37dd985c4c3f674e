"""MCP: requests of client sessions, over any transport."""

from __future__ import annotations

from functools import partial, wraps
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from ..tracing.spans import current_span
from .patches import replace_method, undo_all
from .runs import Runs, guarded
from .values import items, plain, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from .runs import Run

__all__ = ["install"]

_METHODS: Final = {
    "call_tool": "tools/call",
    "list_tools": "tools/list",
    "read_resource": "resources/read",
    "get_prompt": "prompts/get",
}
"""Methods of a session, and how the protocol calls them."""


def install() -> Callable[[], None]:
    """Record the requests of all sessions; return how to put the original methods back."""
    session: Any = import_module("mcp").ClientSession
    runs = Runs()
    undos = [replace_method(session, name, _recorded(getattr(session, name), name, runs)) for name in _METHODS]
    return partial(undo_all, undos)


def _recorded(original: Callable[..., Any], method: str, runs: Runs) -> Callable[..., Any]:
    @wraps(original)
    async def request(*args: Any, **kwargs: Any) -> Any:
        asked = _Asked(runs, method)
        asked.begin(args, kwargs)
        try:
            result = await original(*args, **kwargs)
        except BaseException as error:
            asked.fail(error)
            raise
        asked.end(result)
        return result

    return request


def _is_in_tool() -> bool:
    """Return True in the span of a tool, of which an MCP request is the implementation and not a call of the agent."""
    return str(getattr(current_span(), "_name", "")).startswith("tool:")


class _Asked:
    """A request in progress."""

    def __init__(self, runs: Runs, method: str) -> None:
        self._runs = runs
        self._method = method
        self._run: Run | None = None

    @guarded
    def begin(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Start the span; that of a call of a tool is named after the tool, as everywhere."""
        method = _METHODS[self._method]
        metadata = {"mcp.method.name": method}
        subject = args[1] if len(args) > 1 else next((kwargs[name] for name in ("name", "uri") if name in kwargs), None)
        arguments = args[2] if len(args) > 2 else kwargs.get("arguments")
        if self._method == "call_tool":
            name = f"mcp {method} {subject}" if _is_in_tool() else f"tool:{subject}"
            self._run = self._runs.start(self, None, name, input=arguments or {}, metadata=metadata)
        else:
            given = {"subject": None if subject is None else str(subject), "arguments": arguments}
            known = {name: value for name, value in given.items() if value is not None}
            self._run = self._runs.start(self, None, f"mcp {method}", input=known, metadata=metadata)
        self._runs.take(self)
        if self._run is not None:
            self._run.enter()

    @guarded
    def fail(self, error: BaseException) -> None:
        """End the span with an error."""
        if self._run is not None:
            self._run.end(error=error)

    @guarded
    def end(self, result: Any) -> None:
        """End the span with the result; a tool that failed returns its error as one."""
        if self._run is None:
            return
        if self._method == "call_tool":
            output = _tool_output(result)
            is_error = read(result, "isError") or read(result, "is_error")
            self._run.end(output, error=str(output) if is_error else None)
        elif self._method == "list_tools":
            self._run.end([read(tool, "name") for tool in items(read(result, "tools"))])
        else:
            self._run.end(plain(read(result, "contents") or read(result, "messages")))


def _tool_output(result: Any) -> Any:
    """Return the structured result of a tool, else its text, else its parts."""
    structured = read(result, "structuredContent") or read(result, "structured_content")
    if structured is not None:
        return plain(structured)
    parts = items(read(result, "content"))
    if all(read(part, "type") == "text" for part in parts):
        return "\n".join(str(read(part, "text")) for part in parts)
    return plain(parts)
