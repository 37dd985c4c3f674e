"""Settings of tracing: read from the environment once, validated when changed."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ashr_labs_types import TracePayload

__all__ = ["Mirror", "Settings", "is_on", "spool_folder"]

_OFF = {"0", "false", "no", "off"}


class Mirror(Protocol):
    """A second exporter: receives a copy of each trace in the thread that ends it, such as `ashr_labs.otel.Mirror`."""

    def begin(self) -> Any:
        """Return the context in which a trace starts."""
        ...

    def copy(self, trace: TracePayload, begun: Any) -> None:
        """Export a masked trace that has ended, with the context that `begin` returned."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of tracing to one platform."""

    enabled: bool = True
    sample_rate: float = 1.0
    """Share of traces that is recorded, 0 to 1."""
    mask: Callable[[Any], Any] | None = None
    """Applied to every content field before export."""
    mirror: Mirror | None = None
    """Receives a copy of each trace."""
    capture: bool = True
    """Whether `@traced` records arguments and results."""
    spool: bool = True
    """Whether traces that cannot be delivered at once are written to disk."""
    max_queue_items: int = 50_000
    """Maximum traces in memory; more are dropped."""
    max_queue_bytes: int = 64_000_000
    """Approximate maximum bytes in memory; more are dropped."""
    max_spool_bytes: int = 256_000_000
    """Maximum bytes on disk; more stay in memory."""
    flush_timeout: float = 5.0
    """Seconds that `flush()`, and reading a response, wait at most."""
    exit_timeout: float = 2.0
    """Seconds that the exit of the process waits at most; 0 does not wait."""

    def __post_init__(self) -> None:
        if not 0 <= self.sample_rate <= 1:
            raise ConfigurationError(f"`sample_rate` must be between 0 and 1, got {self.sample_rate!r}")
        for name in ("max_queue_items", "max_queue_bytes", "max_spool_bytes", "flush_timeout", "exit_timeout"):
            value = getattr(self, name)
            if not isfinite(value) or value < 0:
                raise ConfigurationError(f"`{name}` must be a number >= 0, got {value!r}")

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings of the environment; a variable with an invalid value is ignored."""
        settings = cls(
            enabled=is_on(environment.get("ASHR_LABS_TRACING")),
            capture=is_on(environment.get("ASHR_LABS_TRACING_CAPTURE")),
            spool=is_on(environment.get("ASHR_LABS_TRACING_SPOOL")),
        )
        for name in ("sample_rate", "exit_timeout"):
            value = environment.get(f"ASHR_LABS_TRACING_{name.upper()}")
            try:
                changed: dict[str, Any] = {name: float(value)} if value else {}
                settings = replace(settings, **changed)
            except (ValueError, ConfigurationError):
                continue
        return settings


def is_on(value: str | None) -> bool:
    """Return True unless an environment variable says `false`, `no`, `off` or `0`."""
    return (value or "").strip().lower() not in _OFF


def spool_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of undelivered traces: `ASHR_LABS_SPOOL_DIR`, or one in the user's state directory."""
    if given := environment.get("ASHR_LABS_SPOOL_DIR"):
        return Path(given)
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "ashr_labs" / "spool"
    return Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "ashr_labs" / "spool"
