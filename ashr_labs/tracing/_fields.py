"""What an object of a declared shape holds: a dataclass, an attrs or a pydantic object."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["shown_fields"]


def shown_fields(value: Any) -> Mapping[str, Any] | None:
    """Return the fields by name, or None for other objects; what a class hides from its repr stays hidden."""
    kind = cast("Any", type(value))
    more: Mapping[str, Any] = {}
    if is_dataclass(kind):
        declared: Mapping[str, Any] = {field.name: field for field in fields(kind)}
    elif hasattr(kind, "__attrs_attrs__"):
        declared = {attribute.name: attribute for attribute in kind.__attrs_attrs__}
    elif hasattr(kind, "__pydantic_fields__"):
        declared, more = kind.__pydantic_fields__, value.model_extra or {}
    else:
        return None
    shown = [name for name, field in declared.items() if field.repr is True]
    return {name: _attribute(value, name) for name in shown} | dict(more)


def _attribute(value: object, name: str) -> object:
    try:
        return getattr(value, name)
    except Exception:  # a property, or a slot that was never set
        return "<unreadable>"
