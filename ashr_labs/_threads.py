"""Daemon threads that still work while the interpreter shuts down."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["map_threads", "start_daemon"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def start_daemon(target: Callable[[], object], name: str) -> threading.Thread | None:
    """Start a daemon thread and return it, or return None if the interpreter no longer starts threads."""
    thread = threading.Thread(target=target, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError:  # "can't create new thread at interpreter shutdown"; executors fail there as well
        return None
    return thread


def map_threads(function: Callable[[_Item], _Result], items: Iterable[_Item], *, max_threads: int) -> list[_Result]:
    """Call a function that does not raise for each item, in up to `max_threads` threads; return results in order.

    The calling thread is one of them: while the interpreter shuts down it does all the work alone.
    """
    pending = iter(enumerate(items))
    results: dict[int, _Result] = {}
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                item = next(pending, None)
            if item is None:
                return
            results[item[0]] = function(item[1])

    threads = [start_daemon(work, f"ashr-labs-map-{number}") for number in range(1, max_threads)]
    work()
    for thread in threads:
        if thread is not None:
            thread.join()
    return [results[index] for index in sorted(results)]
