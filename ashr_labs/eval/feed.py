"""Brings what an asynchronous iterator gives to those who play, a little ahead of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .sampling import Sample

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from .sampling import Agenda

__all__ = ["Feed"]

_LONGEST_WAIT = 0.1
"""Seconds after which somebody who waits for the iterator looks whether there is something else to do."""


class Feed:
    """Reads samples in one task, as some iterators want it, and keeps one of them ready."""

    def __init__(self, agenda: Agenda, samples: AsyncIterator[Sample], is_missing: Callable[[Sample], bool]) -> None:
        self._agenda = agenda
        self._samples = samples
        self._is_missing = is_missing
        self._ready = asyncio.Queue[Sample](1)
        self._reader: asyncio.Task[None] | None = None

    async def take(self) -> Sample | float | None:
        """Take what is played next, as of the agenda; what the iterator raises is raised."""
        self._reader = self._reader or asyncio.create_task(self._read())
        while True:
            step = self._agenda.take()
            if isinstance(step, Sample) or self._agenda.is_closed:
                return step
            if self._reader.done() and self._ready.empty():
                self._reader.result()
                return step
            await self._await_sample(_LONGEST_WAIT if step is None else min(step, _LONGEST_WAIT))

    async def close(self) -> None:
        """Read no more."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})

    async def _read(self) -> None:
        async for sample in self._samples:
            if self._is_missing(sample):
                await self._ready.put(sample)

    async def _await_sample(self, seconds: float) -> None:
        """Let the agenda have the next sample, if it comes in time."""
        try:
            async with asyncio.timeout(seconds):
                self._agenda.feed([await self._ready.get()])
        except TimeoutError:
            return
