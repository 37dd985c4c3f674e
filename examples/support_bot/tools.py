"""The store's methods as tools: called by name with arguments, and described as JSON Schema."""

from __future__ import annotations

import inspect
from typing import Any, Literal, get_args, get_origin, get_type_hints

from .store import Store, ToolError

__all__ = ["TOOLS", "call_tool", "describe_tools"]

TOOLS = (
    "lookup_order",
    "list_orders",
    "track_shipment",
    "check_stock",
    "request_refund",
    "cancel_order",
    "change_address",
    "apply_discount",
    "escalate_to_human",
)
"""Names of the methods of `Store` that an agent may call."""


def call_tool(store: Store, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Call a tool by its name.

    Raises:
        ToolError: There is no such tool, an argument does not fit, or the store refuses.
    """
    if name not in TOOLS:
        raise ToolError(f"There is no tool called {name}.")
    tool = getattr(store, name)
    try:
        inspect.signature(tool).bind(**arguments)
    except TypeError as error:
        raise ToolError(f"{name}: {error}") from error
    result: dict[str, Any] = tool(**arguments)
    return result


def describe_tools() -> list[dict[str, Any]]:
    """Return each tool's name, description and parameters (a JSON Schema), as language models want them."""
    return [_describe(name) for name in TOOLS]


def _describe(name: str) -> dict[str, Any]:
    tool = getattr(Store, name)
    hints = get_type_hints(tool)
    parameters = [parameter for parameter in inspect.signature(tool).parameters.values() if parameter.name != "self"]
    return {
        "name": name,
        "description": inspect.getdoc(tool),
        "parameters": {
            "type": "object",
            "properties": {parameter.name: _schema(hints[parameter.name]) for parameter in parameters},
            "required": [parameter.name for parameter in parameters if parameter.default is parameter.empty],
        },
    }


def _schema(hint: object) -> dict[str, Any]:
    choices = {"enum": list(get_args(hint))} if get_origin(hint) is Literal else {}
    return {"type": "string", **choices}
