"""The steps of rubrics that models write: once for the same criteria, however many threads need them."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias
from weakref import WeakKeyDictionary

from .._forks import PROCESS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..llm import ModelClient

__all__ = ["WrittenSteps"]

_MAX_ENTRIES = 1000

_Steps: TypeAlias = tuple[str, ...]
_Entries: TypeAlias = "dict[tuple[int, str, str], Future[_Steps]]"


class WrittenSteps:
    """Keeps the steps of each client by model and criteria; the oldest ones are dropped first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of_clients: WeakKeyDictionary[ModelClient, _Entries] = WeakKeyDictionary()

    def get(self, client: ModelClient, model: str, criteria: str, write: Callable[[], _Steps]) -> _Steps:
        """Return the steps, written by this thread if no other one does that already.

        Raises:
            Exception: The exception of `write`, in all threads that wait for it; the next call tries again.
        """
        # A thread of the parent process, for which a forked process would wait, does not exist there.
        key = (PROCESS.forks, model, criteria)
        with self._lock:
            entries = self._of_clients.setdefault(client, {})
            future = entries.get(key)
            is_mine = future is None
            if future is None:
                future = entries[key] = Future()
                if len(entries) > _MAX_ENTRIES:
                    del entries[next(iter(entries))]
        if is_mine:
            try:
                future.set_result(write())
            except BaseException as error:
                with self._lock:
                    entries.pop(key, None)
                future.set_exception(error)
        return future.result()
