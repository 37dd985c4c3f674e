"""Validation of the arguments of builders."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .._format import missing_key, suggestion
from .._json import is_object, preview
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "CALL_STATUSES",
    "TEXT_STATUSES",
    "check_choice",
    "check_error",
    "check_facts",
    "check_index",
    "check_object",
    "check_similarity",
    "check_text",
]

CALL_STATUSES = ("exact", "partial", "mismatch")
"""How an actual tool call may match the expected one."""
TEXT_STATUSES = ("exact", "similar", "divergent", "pending")
"""How an actual text may match the expected one."""


def check_text(name: str, value: object) -> None:
    """Raise ConfigurationError unless the value is a string."""
    if not isinstance(value, str):
        raise ConfigurationError(f"`{name}` must be a string, got {preview(value)}")


def check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    """Raise ConfigurationError with a suggestion unless the value is one of the choices."""
    if value not in choices:
        allowed = ", ".join(map(repr, choices))
        raise ConfigurationError(f"`{name}` must be one of {allowed}, got {preview(value)}{suggestion(value, choices)}")


def check_object(name: str, value: object) -> Mapping[str, object]:
    """Return the value if it is an object."""
    if not is_object(value):
        raise ConfigurationError(f"`{name}` must be an object, got {preview(value)}")
    return cast("Mapping[str, object]", value)


def check_error(value: object) -> None:
    """Raise ConfigurationError unless the value is an error with a message."""
    fields = check_object("error", value)
    if not isinstance(fields.get("message"), str):
        hint = "" if "message" in fields else missing_key("message", fields)
        raise ConfigurationError(f"`error` must have a `message` that is a string, got {preview(value)}{hint}")


def check_facts(facts: Mapping[str, object]) -> None:
    """Refuse facts that reports cannot show."""
    for name, value in facts.items():
        if not isinstance(value, str | int | float):
            raise ConfigurationError(f"`{name}` must be a string or a number, got {preview(value)}")


def check_index(value: object) -> None:
    """Raise ConfigurationError unless the value is the index of an action."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise ConfigurationError(f"`action_index` must be an integer or None, got {preview(value)}")


def check_similarity(value: object) -> None:
    """Raise ConfigurationError unless the value is a similarity, 0 to 1."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1):
        raise ConfigurationError(f"`semantic_similarity` must be a number from 0 to 1 or None, got {preview(value)}")
