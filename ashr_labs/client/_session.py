"""What clients that share a key remember of the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ashr_labs_types import SdkNote, Session

__all__ = ["Memory"]


class Memory:
    """Who the key belongs to, once the platform has said so."""

    def __init__(self) -> None:
        self.session: Session | None = None
        self.announced: Mapping[str, Any] | None = None
        """What `init` answered when it was only asked what the platform can do; nobody has looked at the rest."""
        self.notes: list[SdkNote] = []
