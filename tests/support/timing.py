"""Processor time of functions, comparable between machines that are slower, or slowed down by others."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

_REFERENCE_SECONDS = 0.03
"""Processor time of `_reference()` on the machine that the limits in the tests are meant for."""


def cpu_seconds(action: Callable[[], object], times: int = 3) -> float:
    """Return the processor time of the fastest of several runs.

    A machine that takes longer for a fixed reference workload, measured around each run, is slower by that factor; the
    result is divided by it.
    """
    return min(_scaled_seconds(action) for _ in range(times))


def _scaled_seconds(action: Callable[[], object]) -> float:
    before = _cpu_seconds(_reference)
    used = _cpu_seconds(action)
    slowdown = (before + _cpu_seconds(_reference)) / 2 / _REFERENCE_SECONDS
    return used / max(1.0, slowdown)


def _reference() -> None:
    for number in range(2_500):
        fields = {"name": f"tool_{number}", "arguments": {"order": number, "tags": ["a", "b"]}}
        assert json.loads(json.dumps(fields)) == fields


def _cpu_seconds(action: Callable[[], object]) -> float:
    """Return the processor time of one run, without the time that measuring the coverage takes."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        started = time.process_time()
        action()
        return time.process_time() - started
    finally:
        sys.settrace(tracer)
