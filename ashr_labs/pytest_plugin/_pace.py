"""How often the agent is asked, over all items and workers of a session."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from ..eval import RunOptions

__all__ = ["Pace"]


class Pace:
    """Keeps `requests_per_minute` where each item is a run of its own, and workers know nothing of each other.

    Each worker takes an equal share, and lets as much time pass between two runs as between two messages.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._free_at = clock()

    @contextmanager
    def kept(self, options: RunOptions) -> Generator[RunOptions]:
        """Wait for a run's turn, and lend the options that it is played with."""
        allowed = options.get("requests_per_minute")
        if not isinstance(allowed, int | float) or isinstance(allowed, bool) or not allowed > 0:
            # None, or a wrong one, which the run refuses.
            yield options
            return
        share = allowed / int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
        self._sleep(max(0.0, self._free_at - self._clock()))
        try:
            yield {**options, "requests_per_minute": share}
        finally:
            self._free_at = self._clock() + 60 / share
