"""The two sides of an entry of `tool_calls`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._json import as_object, preview
from ..tool_call import NONE_EXPECTED, NOT_CALLED, name_of
from ..tool_call import arguments_of as call_arguments

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["actual_tool", "arguments_of", "expected_tool"]


def expected_tool(call: Mapping[str, object]) -> str | None:
    """Return the tool that should have been called; None if no call was expected."""
    return _tool(call.get("expected"), NONE_EXPECTED)


def actual_tool(call: Mapping[str, object]) -> str | None:
    """Return the tool that was called; None if none was."""
    return _tool(call.get("actual"), NOT_CALLED)


def arguments_of(side: object) -> object:
    """Return the arguments of one side: an object, or whatever was given in place of one."""
    return call_arguments(as_object(side) or {})


def _tool(side: object, nothing: str) -> str | None:
    fields = as_object(side)
    name = side if fields is None else name_of(fields)
    if not name or name == nothing:
        return None
    return name if isinstance(name, str) else preview(name)
