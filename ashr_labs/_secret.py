"""Strings that are masked wherever they are shown."""

from __future__ import annotations

__all__ = ["Secret"]


class Secret(str):
    """A string whose `repr` is masked, so that tracebacks with local variables do not show it."""

    __slots__ = ()

    @property
    def masked(self) -> str:
        """The start of the secret, enough to distinguish keys."""
        start = str(self)[: 8 if len(self) > 16 else 3]
        return f"{start}..." if self else ""

    def __repr__(self) -> str:
        return repr(self.masked)
