"""Booting of specs: services, fixtures and setup in a sandbox, and the observation of its rules.

Each name is imported on first use: a platform that is opened boots nothing yet.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

_HOMES = {
    "BootError": "errors",
    "BootRequest": "booting",
    "BootSettings": "settings",
    "BootedSandbox": "booted",
    "Booter": "booting",
    "Findings": "findings",
    "RuleResult": "findings",
    "ServiceStatus": "booted",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value
