"""Names and functions that the checks of the contract share; parts of a document may be missing or damaged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

__all__ = ["EMPTY", "METHODS", "REFERENCE", "STREAM", "Found", "Place", "as_object", "resolved", "unknown"]

Place = tuple[str | int, ...]
"""Keys and indexes from the top of the document."""
Found = Iterator[tuple[Place, str]]

STREAM = "text/event-stream"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}
REFERENCE = re.compile(r"#/components/schemas/(\w+)")
EMPTY: dict[str, Any] = {}
UNSUPPORTED = {
    "$defs": "name the schema under components/schemas",
    "nullable": "it is OpenAPI 3.0; write `anyOf: [..., { type: 'null' }]`",
    "discriminator": "write `oneOf` with schemas that differ by a `const`",
}
"""Advice for what is likely to be tried."""


def as_object(value: object) -> dict[str, Any]:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else EMPTY


def resolved(node: object, kind: str, document: dict[str, Any]) -> object:
    """Return the component of a kind that a node refers to, or the node itself."""
    reference = as_object(node).get("$ref")
    if reference is None:
        return node
    return as_object(as_object(document.get("components")).get(kind)).get(
        str(reference).removeprefix(f"#/components/{kind}/")
    )


def unknown(key: object, known: Iterable[str]) -> str:
    """Return the message for a key that has no meaning here."""
    close = get_close_matches(str(key), known, n=1)
    advice = UNSUPPORTED.get(str(key)) or (f"did you mean `{close[0]}`?" if close else "leave it out")
    return f"`{key}` is not supported; {advice}"
