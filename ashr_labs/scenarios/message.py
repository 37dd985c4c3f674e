"""User messages with images, audio or files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

__all__ = ["Message"]


class Message(str):
    """A user message with media: a string of its text, with the parts as the API of a model takes them.

    An agent that only handles text can use it as the string that it is.

    Examples:
        >>> message = Message("See?", [{"type": "text", "text": "See?"}, {"type": "image_url", "image_url": {}}])
        >>> message, len(message.parts)
        ('See?', 2)
    """

    parts: Sequence[Mapping[str, Any]]
    """The parts of the message, with its text."""

    def __new__(cls, text: str, parts: Sequence[Mapping[str, Any]] = ()) -> Self:
        """Create a message from its text and its parts."""
        message = super().__new__(cls, text)
        message.parts = list(parts)
        return message
