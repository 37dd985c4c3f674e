"""Values of foreign JSON, by their expected form."""

from __future__ import annotations

from typing import Any, cast

__all__ = ["items", "mapping"]


def mapping(value: Any) -> dict[str, Any]:
    """Return an object, or an empty one in place of anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """Return a list, or an empty one in place of anything else."""
    return cast("list[Any]", value) if isinstance(value, list) else []
