"""What an entry of `tool_calls` says about its two sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._json import as_object, parsed_json, preview

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["actual_tool", "arguments_of", "expected_tool"]


def expected_tool(call: Mapping[str, object]) -> str | None:
    """Return the tool that should have been called; None if no call was expected."""
    return _tool(call.get("expected"), "NONE_EXPECTED")


def actual_tool(call: Mapping[str, object]) -> str | None:
    """Return the tool that was called; None if none was."""
    return _tool(call.get("actual"), "NOT_CALLED")


def arguments_of(side: object) -> object:
    """Return the arguments of one side: an object, or whatever else was given in its place."""
    fields = as_object(side) or {}
    arguments = fields.get("arguments")
    if as_object(arguments):
        return arguments
    # What could not be read as an object is kept as text beside an empty object; it must not pass for "no arguments".
    given = fields.get("arguments_json", arguments)
    value = parsed_json(given) if isinstance(given, str) else given
    return {} if value is None or value == "" else value


def _tool(side: object, nothing: str) -> str | None:
    fields = as_object(side)
    name = side if fields is None else fields.get("name") or fields.get("tool_name")
    if name is None or name == nothing:
        return None
    return name if isinstance(name, str) else preview(name)
