"""Arguments and results of the methods for sandboxes."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import ConfigurationError
from ..specs import parse_duration
from ._options import is_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import DataclassInstance

__all__ = ["duration", "read_record"]

_T = TypeVar("_T", bound="DataclassInstance")


def read_record(kind: type[_T], record: Mapping[str, Any]) -> _T:
    """Return a dataclass with the fields of a record; fields that a newer platform adds are left out."""
    return kind(**{one.name: record[one.name] for one in fields(kind) if one.name in record})


def duration(value: float | str) -> tuple[str, float]:
    """Return a duration as the platform takes it, and its seconds.

    Args:
        value: Seconds, or a duration such as `30s`.

    Raises:
        ConfigurationError: It is not a duration above zero.
    """
    if isinstance(value, str):
        return value, parse_duration(value, name="timeout")
    if not is_duration(value) or value < 0.001:
        raise ConfigurationError(f"`timeout` must be seconds above zero, or a duration such as '30s', got {value!r}")
    return f"{value:.3f}s", value
