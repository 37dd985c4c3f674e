"""A watch for secrets in what is printed."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SecretWatch", "StreamWatch"]

_MIN_LENGTH = 6
"""Characters; shorter values are in texts by accident."""


class SecretWatch:
    """Notes which secrets were printed where; thread-safe.

    Args:
        secrets: Values by name.
        keys: Values that are masked as well, and of which nothing is noted.
    """

    def __init__(self, secrets: Mapping[str, str], keys: Mapping[str, str] | None = None) -> None:
        self._keys = {name: value.encode() for name, value in (keys or {}).items()}
        self._values = {name: value.encode() for name, value in secrets.items() if len(value) >= _MIN_LENGTH}
        self._lock = threading.Lock()
        self._found: dict[tuple[str, str], None] = {}

    @property
    def overlap(self) -> int:
        """How many bytes of a part have to be looked at again with the next one."""
        return max((len(value) for value in self._values.values()), default=1) - 1

    def look(self, text: bytes, place: str) -> None:
        """Note the secrets that the text holds."""
        found = {(name, place): None for name, value in self._values.items() if value in text}
        if found:
            with self._lock:
                self._found.update(found)

    def masked(self, text: str, *, is_cut: bool = False) -> str:
        """Return text with secrets replaced by their names; a partial one at the end of truncated text is removed."""
        values = [(name, value.decode()) for name, value in (*self._values.items(), *self._keys.items())]
        for name, value in values:
            text = text.replace(value, f"[secret {name}]")
        exposed = max((_begun(text, value) for _, value in values), default=0) if is_cut else 0
        return text[: len(text) - exposed]

    def found(self) -> list[tuple[str, str]]:
        """Return the names of secrets, and where they were printed."""
        with self._lock:
            return list(self._found)


class StreamWatch:
    """Looks at output that comes in parts, between which a secret may be cut."""

    def __init__(self, watch: SecretWatch, place: str) -> None:
        self._watch = watch
        self._place = place
        self._rest = b""

    def look(self, part: bytes) -> None:
        """Look at the next part."""
        text = self._rest + part
        self._watch.look(text, self._place)
        overlap = self._watch.overlap
        self._rest = text[-overlap:] if overlap else b""


def _begun(text: str, secret: str) -> int:
    """Return how many characters of a secret are at the end of a truncated text."""
    return next((count for count in range(len(secret) - 1, 0, -1) if text.endswith(secret[:count])), 0)
