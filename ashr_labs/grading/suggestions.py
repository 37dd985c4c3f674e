"""Suggest a grading configuration for the tools of an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .effects import reads_by_name

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["suggest_config"]


def suggest_config(tools: Iterable[str]) -> dict[str, Any]:
    """Return the config that states how tools without any configuration are graded, to be reviewed and kept.

    Examples:
        >>> suggest_config(["get_order", "refund_order"])["grading_config"]["side_effects"]
        {'get_order': False, 'refund_order': True}
    """
    return {"grading_config": {"side_effects": {name: not reads_by_name(name) for name in sorted(set(tools))}}}
