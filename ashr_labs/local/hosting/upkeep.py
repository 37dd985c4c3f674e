"""A thread that calls a function every few seconds."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from ..._threads import start_daemon
from ..store.engine import is_outage
from .servers import HEARTBEAT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Upkeep"]

_logger = logging.getLogger(__name__)


class Upkeep:
    """Calls a function from the first `start` on.

    Args:
        run: The function; what it raises is logged.
    """

    def __init__(self, run: Callable[[], None]) -> None:
        self._run = run
        self._stopped = threading.Event()
        self._changing = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread, unless it runs."""
        with self._changing:
            if self._thread is None and not self._stopped.is_set():
                self._thread = start_daemon(self._serve, "ashr-labs-hosting")

    def stop(self) -> None:
        """End the thread, and wait for the call in progress."""
        with self._changing:
            self._stopped.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(HEARTBEAT_SECONDS)

    def _serve(self) -> None:
        while not self._stopped.wait(HEARTBEAT_SECONDS):
            try:
                self._run()
            except Exception as error:
                if not self._stopped.is_set():
                    _logger.warning(
                        "sessions cannot be looked after now: %s", error, exc_info=None if is_outage(error) else error
                    )
