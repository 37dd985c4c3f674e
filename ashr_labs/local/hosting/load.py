"""How many sessions a platform runs, as its health shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..sandboxes import Sandboxes
    from .live import LiveSession

__all__ = ["Resumed", "load_of"]


@dataclass
class Resumed:
    """How many sessions were resumed since the platform was opened."""

    warm: int = 0
    """With their process."""
    cold: int = 0
    """In a new sandbox."""


def load_of(live: Iterable[LiveSession], sandboxes: Sandboxes, resumed: Resumed, seconds: float) -> dict[str, Any]:
    """Return the load of a platform in the fields of the Ash wire.

    Args:
        live: The sessions with a sandbox.
        sandboxes: Those of the platform, of sessions and others.
        resumed: How many were resumed.
        seconds: How long the platform has been open.
    """
    alive = [one for one in live if one.is_alive]
    running = sum(bool(one.turn) for one in alive)
    pool = {
        "total": len(alive),
        # No process is started before it is asked for.
        **dict.fromkeys(("cold", "warming", "warm", "preWarmHits"), 0),
        "waiting": len(alive) - running,
        "running": running,
        "maxCapacity": sandboxes.limit,
        "resumeWarmHits": resumed.warm,
        "resumeColdHits": resumed.cold,
    }
    return {
        "activeSessions": len(alive),
        "activeSandboxes": sandboxes.count,
        "uptime": int(seconds),
        "pool": pool,
        "remoteRunners": 0,
    }
