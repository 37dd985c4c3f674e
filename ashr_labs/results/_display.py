"""HTML representations for notebooks; `reports.html` registers one for each class that has one."""

from __future__ import annotations

from functools import singledispatch

__all__ = ["NotebookDisplay", "to_html"]


@singledispatch
def to_html(subject: object) -> str | None:
    """Return the HTML representation of an object, or None if its class has none."""
    return None


class NotebookDisplay:
    """Mixin for classes that notebooks show as HTML."""

    __slots__ = ()

    def _repr_html_(self) -> str | None:
        return to_html(self)
