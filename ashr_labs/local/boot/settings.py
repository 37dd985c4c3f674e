"""The operator's settings for booting specs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BootSettings"]


@dataclass(frozen=True, slots=True)
class BootSettings:
    """Settings of the operator of a platform."""

    fixtures: Path | None = None
    """Folder with the repositories and folders that specs name as `fixtures:NAME`; None if there is none."""
    packages: Path | None = None
    """Folder in which packages of specs are installed and kept; None if packages are not allowed."""
    ignore_base: bool = False
    """Whether `base` is ignored where the engine has no container images."""
    ready_seconds: float = 60.0
    """Seconds after which a service that is not ready fails the boot."""
    setup_seconds: float = 600.0
    """Seconds that the fixtures and the setup may take together."""
