"""Values of libraries that are not imported here: their classes by name, and their content as JSON."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["as_json", "as_text", "class_name", "has_class", "uncached"]


def has_class(value: object, package: str, *names: str) -> bool:
    """Return True if one of the classes of a value has this name and is from this package."""
    return any(one.__name__ in names and one.__module__.split(".")[0] == package for one in type(value).__mro__)


def class_name(value: object) -> str:
    """Return the name of a value's class, with its package."""
    return f"{type(value).__module__.split('.')[0]}.{type(value).__qualname__}"


def as_text(value: Any) -> str:
    """Return text as it is, and everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def as_json(value: Any) -> Any:
    """Return a value of which everything that is not JSON has become text."""
    return json.loads(json.dumps(value, default=str))


def uncached(input_tokens: Any, output_tokens: Any, read: Any = 0, written: Any = 0) -> dict[str, int]:
    """Return tokens in the form of Anthropic's API, whose input does not include those of a cache.

    Args:
        input_tokens: All tokens of the input.
        output_tokens: Tokens of the output.
        read: Tokens of the input that were read from a cache.
        written: Tokens of the input that were written to a cache.
    """
    given, read, written = int(input_tokens or 0), int(read or 0), int(written or 0)
    counts = {"cache_creation_input_tokens": written, "cache_read_input_tokens": read}
    return {
        "input_tokens": max(0, given - read - written),
        "output_tokens": int(output_tokens or 0),
        **{name: count for name, count in counts.items() if count},
    }
