"""Bring what a trace recorded to the kinds that the platform documents.

The platform refuses a whole trace for one value of another kind; here such a value costs only itself.
"""

from __future__ import annotations

import json
from typing import Any

from .serialize import JSON, to_json

__all__ = ["array_of_texts", "json_object", "optional_text", "text"]


def text(value: object) -> str:
    """Return a text as it is and anything else as JSON."""
    converted = to_json(value)
    return converted if isinstance(converted, str) else json.dumps(converted)


def optional_text(value: object) -> str | None:
    """Return None as it is and anything else as a text."""
    return None if value is None else text(value)


def array_of_texts(value: JSON) -> list[str]:
    """Return the items of an array as texts; None has none, and any other value is the only one."""
    items = value if isinstance(value, list) else [] if value is None else [value]
    return [text(item) for item in items]


def json_object(value: JSON) -> dict[str, Any] | None:
    """Return an object or None as it is, and anything else as the `value` of an object."""
    return value if value is None or isinstance(value, dict) else {"value": value}
