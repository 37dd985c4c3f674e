"""The content of messages of an agent, in the form of the Claude Agent SDK. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["blocks_of"]


def blocks_of(message: object) -> Iterator[Mapping[str, Any]]:
    """Yield the blocks of a message: texts, reasoning, calls of tools and their results.

    Example:
        >>> [*blocks_of({"type": "user", "content": "Hello!"})]
        [{'type': 'text', 'text': 'Hello!'}]
    """
    fields = as_object(message) or {}
    content: object = (as_object(fields.get("message")) or fields).get("content")
    if isinstance(content, str):
        yield {"type": "text", "text": content}
    for block in as_list(content) or ():
        if found := as_object(block):
            yield found
