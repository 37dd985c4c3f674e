"""A spec as the platform stores it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SandboxSpec"]


@dataclass
class SandboxSpec:
    """One version of a stored spec.

    Example:
        >>> SandboxSpec.from_dict({"id": "demo", "version": 2, "text": "id: demo"}).text
        'id: demo'
    """

    id: str = ""
    """The name that the text gives it."""
    version: int = 0
    """Counts up from 1."""
    description: str = ""
    raw: dict[str, Any] = field(default_factory=dict[str, Any])
    """The whole answer of the platform."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> SandboxSpec:
        """Read an answer of the platform; fields that are missing or null have their defaults."""
        given = {name: value for name, value in (data or {}).items() if value is not None}
        known = {name: given[name] for name in ("id", "version", "description") if name in given}
        return cls(**known, raw=dict(data or {}))

    @property
    def text(self) -> str:
        """The YAML text, as it was sent; empty in lists."""
        return str(self.raw.get("text") or "")

    @property
    def spec(self) -> dict[str, Any]:
        """The parsed spec, merged with what it extends; empty in lists."""
        return dict(self.raw.get("spec") or {})
