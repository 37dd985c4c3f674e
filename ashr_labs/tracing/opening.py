"""Open the tracing of a client."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from .export.destination import Outlet
from .export.exporter import EXPORTER
from .export.spool import Spool
from .settings import Settings, spool_folder
from .tracing import Tracing

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .export.transport import Road

__all__ = ["open_tracing"]

_LOADED_BEFOREHAND = (
    "anyio._backends._asyncio",
    "httpcore._backends.anyio",
    "encodings.idna",
    "encodings.utf_8_sig",
    "concurrent.futures.thread",
)
"""What the worker would load: were the process forked meanwhile, the child could never load it."""


def open_tracing(key: Hashable, road: Road, identity: str | None) -> Tracing:
    """Return the tracing that all clients with the same key share.

    Args:
        key: What tells platforms, API keys and ways there apart.
        road: The way to the platform.
        identity: Names the folder of the spool; None for a platform that ends with this process.
    """

    def make() -> Outlet:
        settings = Settings.from_env()
        spool = None
        with suppress(Exception):  # a user without a home
            if settings.enabled and settings.spool and identity is not None:
                spool = Spool(spool_folder() / identity, settings.max_spool_bytes)
        return Outlet(key, road, settings, spool)

    for module in _LOADED_BEFOREHAND:
        with suppress(ImportError):
            import_module(module)
    return Tracing(EXPORTER, EXPORTER.outlet(key, make))
