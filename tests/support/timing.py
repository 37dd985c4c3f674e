"""How long things take, on machines that also do other things."""

from __future__ import annotations

import time
from collections.abc import Callable


def cpu_seconds(action: Callable[[], object], times: int = 3) -> float:
    """Return the processor time of the fastest of several runs."""
    return min(_cpu_seconds(action) for _ in range(times))


def _cpu_seconds(action: Callable[[], object]) -> float:
    started = time.process_time()
    action()
    return time.process_time() - started
