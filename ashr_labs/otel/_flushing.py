"""Flush what else listens to OpenTelemetry, in bounded time."""

from __future__ import annotations

from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FlushesSpans", "flush_otel", "register_otel_flush"]


class FlushesSpans(Protocol):
    """Whatever can be flushed, such as a tracer provider of the SDK."""

    def force_flush(self, timeout_millis: int = ...) -> bool:
        """Export what has ended, and tell whether that was done in time."""
        ...


_registered: list[FlushesSpans | Callable[[], object]] = []
_lock = Lock()


def register_otel_flush(flushed: FlushesSpans | Callable[[], object]) -> None:
    """Let `flush_otel()` flush a tracer provider, or call a function; once each, however often it is registered.

    Args:
        flushed: What has a `force_flush(timeout_millis)`, or a function without arguments.
    """
    with _lock:
        if all(one is not flushed for one in _registered):
            _registered.append(flushed)


def flush_otel(timeout: float = 5.0) -> bool:
    """Flush all that was registered, in order of registration; never raises.

    Args:
        timeout: Seconds to wait at most, for all of it together.

    Returns:
        Whether everything was flushed in time.
    """
    with _lock:
        registered = list(_registered)
    end = monotonic() + timeout
    outcomes: list[bool] = []

    def run() -> None:
        outcomes.extend(_is_flushed(flushed, end - monotonic()) for flushed in registered)

    # In a thread of its own: a function takes no timeout, and a provider need not keep to its.
    thread = Thread(target=run, name="ashr-labs-flush-otel", daemon=True)
    try:
        thread.start()
    except RuntimeError:  # at the very end of a process no thread starts
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
