"""What tracing is set to: read from the environment once, checked when it is changed."""

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
    """Gets a copy of each trace, in the thread that ends it; `ashr_labs.otel.Mirror` is one."""

    def begin(self) -> Any:
        """Return what is to be known of the place where a trace starts."""
        ...

    def copy(self, trace: TracePayload, begun: Any) -> None:
        """Take a trace that has ended, masked, and what `begin` returned at its start."""
        ...


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of tracing to one platform."""

    enabled: bool = True
    sample_rate: float = 1.0
    """The share of traces that is kept, from 0 to 1."""
    mask: Callable[[Any], Any] | None = None
    """What every content field goes through before it leaves."""
    mirror: Mirror | None = None
    """What gets a copy of each trace."""
    capture: bool = True
    """Whether `@traced` records arguments and results."""
    spool: bool = True
    """Whether what cannot be delivered at once is kept on disk."""
    max_queue_items: int = 50_000
    """Traces that wait in memory; more are dropped."""
    max_queue_bytes: int = 64_000_000
    """Bytes that wait in memory, roughly; more are dropped."""
    max_spool_bytes: int = 256_000_000
    """Bytes that wait on disk; more stay in memory."""
    flush_timeout: float = 5.0
    """Seconds that reading an answer, and `flush()`, wait at most."""
    exit_timeout: float = 2.0
    """Seconds that the end of the process waits at most; 0 does not wait at all."""

    def __post_init__(self) -> None:
        if not 0 <= self.sample_rate <= 1:
            raise ConfigurationError(f"sample_rate={self.sample_rate!r}: give a share from 0 to 1")
        for name in ("max_queue_items", "max_queue_bytes", "max_spool_bytes", "flush_timeout", "exit_timeout"):
            value = getattr(self, name)
            if not isfinite(value) or value < 0:
                raise ConfigurationError(f"{name}={value!r}: give a number from 0 up")

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings of the environment; a variable that cannot be read counts as absent."""
        settings = cls(
            enabled=is_on(environment.get("ASHR_LABS_TRACING")),
            capture=is_on(environment.get("ASHR_LABS_TRACING_CAPTURE")),
            spool=is_on(environment.get("ASHR_LABS_TRACING_SPOOL")),
        )
        for name in ("sample_rate", "exit_timeout"):
            written = environment.get(f"ASHR_LABS_TRACING_{name.upper()}")
            try:
                changed: dict[str, Any] = {name: float(written)} if written else {}
                settings = replace(settings, **changed)
            except (ValueError, ConfigurationError):
                continue
        return settings


def is_on(written: str | None) -> bool:
    """Tell whether a switch of the environment is on, as it is unless it says otherwise."""
    return (written or "").strip().lower() not in _OFF


def spool_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return where undelivered traces are kept: `ASHR_LABS_SPOOL_DIR`, or a folder in the user's state directory."""
    if given := environment.get("ASHR_LABS_SPOOL_DIR"):
        return Path(given)
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "ashr_labs" / "spool"
    return Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "ashr_labs" / "spool"
