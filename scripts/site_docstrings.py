"""A griffe extension: sections `Example:` of docstrings are shown as `Examples:`, which griffe knows as code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import griffe

if TYPE_CHECKING:
    from typing import Any


class Examples(griffe.Extension):
    """Renames the sections."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Rename the section of one object."""
        if obj.docstring:
            obj.docstring.value = obj.docstring.value.replace("\nExample:\n", "\nExamples:\n")
