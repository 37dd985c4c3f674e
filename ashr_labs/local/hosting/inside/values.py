"""Values of foreign JSON, by their expected form."""

from __future__ import annotations

from typing import Any

__all__ = ["items", "mapping"]


def mapping(value: Any) -> dict[str, Any]:
    """Return an object, or an empty one in place of anything else."""
    empty: dict[str, Any] = {}
    return value if _is(value, dict) else empty


def items(value: Any) -> list[Any]:
    """Return a list, or an empty one in place of anything else."""
    empty: list[Any] = []
    return value if _is(value, list) else empty


def _is(value: object, kind: type) -> bool:
    """Return True for a value of a type, without telling type checkers of parts that they do not know."""
    return isinstance(value, kind)
