"""Cache of the `init` response, shared by clients with the same key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ashr_labs_types import SdkNote, Session

__all__ = ["SessionCache"]


class SessionCache:
    """The tenant, the user and the capabilities that the platform reported for a key."""

    def __init__(self) -> None:
        self.session: Session | None = None
        self.reported: Mapping[str, Any] | None = None
        """The unchecked response to an `init` that asked for the capabilities only."""
        self.notes: list[SdkNote] = []
