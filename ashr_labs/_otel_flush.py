"""Registry of tracer providers to flush, with a time limit."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from ._threads import start_daemon

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FlushesSpans", "flush_otel", "register_otel_flush"]


class FlushesSpans(Protocol):
    """An object that can be flushed, such as a tracer provider of the SDK."""

    def force_flush(self, timeout_millis: int = ...) -> bool:
        """Export all ended spans; return True if that was done in time."""
        ...


_registered: list[FlushesSpans | Callable[[], object]] = []
_lock = Lock()


def register_otel_flush(flushed: FlushesSpans | Callable[[], object]) -> None:
    """Register a tracer provider, or a function, that `flush_otel()` flushes; registering twice has no effect.

    Args:
        flushed: An object with `force_flush(timeout_millis)`, or a function without arguments.
    """
    with _lock:
        if all(one is not flushed for one in _registered):
            _registered.append(flushed)


def flush_otel(timeout: float = 5.0) -> bool:
    """Flush all registered providers and functions, in order of registration; never raises.

    Args:
        timeout: Maximum seconds to wait in total.

    Returns:
        Whether everything was flushed in time.
    """
    with _lock:
        registered = list(_registered)
    end = monotonic() + timeout
    outcomes: list[bool] = []

    def run() -> None:
        outcomes.extend(_is_flushed(flushed, end - monotonic()) for flushed in registered)

    # In a thread: functions take no timeout, and providers may ignore theirs.
    thread = start_daemon(run, "ashr-labs-flush-otel")
    if thread is None:  # the interpreter shuts down
        run()
    else:
        thread.join(timeout)
    return len(outcomes) == len(registered) and all(outcomes)


def _is_flushed(flushed: FlushesSpans | Callable[[], object], seconds: float) -> bool:
    try:
        if callable(flushed):
            return flushed() is not False
        return flushed.force_flush(timeout_millis=max(1, int(seconds * 1000))) is not False
    except Exception:
        return False
