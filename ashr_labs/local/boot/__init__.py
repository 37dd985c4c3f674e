"""Booting of specs: services, fixtures and setup in a sandbox, and the observation of its rules."""

from __future__ import annotations

from .booted import BootedSandbox, ServiceStatus
from .booting import Booter, BootRequest
from .errors import BootError
from .findings import Findings, RuleResult
from .settings import BootSettings

__all__ = [
    "BootError",
    "BootRequest",
    "BootSettings",
    "BootedSandbox",
    "Booter",
    "Findings",
    "RuleResult",
    "ServiceStatus",
]
