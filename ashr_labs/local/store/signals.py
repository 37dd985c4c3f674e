"""Wakes the readers of this process when something was added that they follow."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

__all__ = ["Signals", "Topic"]

Topic: TypeAlias = tuple[str, str]
"""A kind and the subject of this kind, such as `("run", "7")`."""


class Signals:
    """The readers of topics; thread-safe."""

    def __init__(self) -> None:
        self.is_closed = False
        """Whether nothing will be added any more."""
        self._changing = threading.Lock()
        self._readers: dict[Topic, set[Callable[[], object]]] = {}

    @contextmanager
    def subscribed(self, topic: Topic, wake: Callable[[], object]) -> Generator[None]:
        """Call a function, in the thread that adds, whenever something is added to a topic during the block."""
        with self._changing:
            self._readers.setdefault(topic, set()).add(wake)
        try:
            yield
        finally:
            with self._changing:
                readers = self._readers[topic]
                readers.discard(wake)
                if not readers:
                    del self._readers[topic]

    def count(self, topic: Topic) -> int:
        """Return the number of readers of a topic."""
        with self._changing:
            return len(self._readers.get(topic, ()))

    def notify(self, topics: Iterable[Topic]) -> None:
        """Wake the readers of topics."""
        with self._changing:
            readers = [wake for topic in topics for wake in self._readers.get(topic, ())]
        for wake in readers:
            wake()

    def close(self) -> None:
        """Wake all readers: nothing will be added any more."""
        self.is_closed = True
        with self._changing:
            topics = [*self._readers]
        self.notify(topics)
