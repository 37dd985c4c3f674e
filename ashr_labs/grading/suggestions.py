"""Suggest a grading configuration for the tools of an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object
from ..tool_call import name_of
from .config import read_config

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["expected_tools", "suggest_config"]


def suggest_config(tools: Iterable[str], definitions: object = None) -> dict[str, Any]:
    """Return the config that states how tools are graded without any configuration, to be reviewed and kept.

    Args:
        tools: Names of tools.
        definitions: A list of tool definitions, whose `side_effects` or MCP annotations count.

    Examples:
        >>> suggest_config(["get_order", "refund_order"])
        {'grading_config': {'side_effects': {'get_order': False, 'refund_order': True}}}
    """
    defined = [as_object(one) or {} for one in as_list(definitions) or ()]
    defined = [as_object(one.get("function")) or one for one in defined]
    config = read_config({"tool_definitions": defined})
    names = sorted({*tools, *(name for one in defined if isinstance(name := one.get("name"), str))})
    return {"grading_config": {"side_effects": {name: config.has_side_effects(name) for name in names}}}


def expected_tools(dataset_source: Mapping[str, Any]) -> list[str]:
    """Return the names of the tools that a dataset expects to be called, sorted."""
    return sorted(set(_names(dataset_source)))


def _names(dataset_source: Mapping[str, Any]) -> Iterator[str]:
    for scenario in (as_object(dataset_source.get("runs")) or {}).values():
        for action in as_list((as_object(scenario) or {}).get("actions")) or ():
            response = as_object((as_object(action) or {}).get("expected_response")) or {}
            names = (name_of(as_object(call) or {}) for call in as_list(response.get("tool_calls")) or ())
            yield from (name for name in names if isinstance(name, str))
