"""What clients that share a key remember of the platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ashr_labs_types import SdkNote, Session

__all__ = ["Memory"]


@dataclass(slots=True)
class Memory:
    """Who the key belongs to, once the platform has said so."""

    session: Session | None = None
    notes: list[SdkNote] = field(default_factory=list["SdkNote"])
