"""The answer to a trace that is still on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

__all__ = ["Delivery"]

_PENDING: dict[str, Any] = {
    "status": "error",
    "message": "The trace has not been delivered yet; it is kept, and sent again.",
}
_POLL = 0.002


class Delivery(Mapping[str, Any]):
    """Reads like the platform's answer; reading waits for it, for a bounded time counted from the trace's end.

    In asynchronous code `await` it instead: `answer = await trace.end()`.
    """

    __slots__ = ("_answer", "_deadline", "_settled", "_urge")

    def __init__(self) -> None:
        self._answer: Mapping[str, Any] | None = None
        self._deadline = 0.0
        self._settled = Event()
        self._urge: Callable[[], None] | None = None

    def begin(self, timeout: float, urge: Callable[[], None]) -> None:
        """Let readers wait for so many seconds from now on, and call `urge` when one does."""
        self._deadline = monotonic() + timeout
        self._urge = urge

    @property
    def is_settled(self) -> bool:
        """Whether the answer is there."""
        return self._answer is not None

    def settle(self, answer: Mapping[str, Any]) -> None:
        """Set the answer; the first one counts."""
        if self._answer is None:
            self._answer = answer
            self._settled.set()

    def wait(self) -> Mapping[str, Any]:
        """Wait for the answer and return it, or an error that says that the trace is still on its way."""
        if self._answer is None:
            if self._urge is not None:
                self._urge()
            self._settled.wait(max(0.0, self._deadline - monotonic()))
        return self._answer or _PENDING

    def __getitem__(self, key: str) -> Any:
        return self.wait()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.wait())

    def __len__(self) -> int:
        return len(self.wait())

    def __await__(self) -> Generator[Any, None, Mapping[str, Any]]:
        return self._wait_asynchronously().__await__()

    async def _wait_asynchronously(self) -> Mapping[str, Any]:
        while self._answer is None and monotonic() < self._deadline:
            await asyncio.sleep(_POLL)
        return self._answer or _PENDING

    def __repr__(self) -> str:
        return "<Delivery under way>" if self._answer is None else repr(dict(self._answer))
