"""Play an evaluation whose run is stored on a platform meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..run_builder import RunBuilder
    from .evaluation import Evaluation
    from .live import LiveRun

__all__ = ["LiveEvaluation"]


class LiveEvaluation:
    """An evaluation, with the run that is stored while it is played."""

    def __init__(self, evaluation: Evaluation, live: LiveRun) -> None:
        self._evaluation = evaluation
        self._live = live

    def run(self) -> RunBuilder:
        """Store the run, play everything, and store the result; also that of a run that raises."""
        self._start()
        try:
            run = self._evaluation.run()
        except BaseException as error:
            self._live.finish(self._evaluation.ended_by(error), seconds=0)
            raise
        self._live.finish(run)
        return run

    async def arun(self) -> RunBuilder:
        """Do the same in the running event loop; the client is called from threads."""
        await asyncio.to_thread(self._start)
        try:
            run = await self._evaluation.arun()
        except BaseException as error:
            await asyncio.to_thread(self._live.finish, self._evaluation.ended_by(error), seconds=0)
            raise
        await asyncio.to_thread(self._live.finish, run)
        return run

    def _start(self) -> None:
        self._live.start(self._evaluation.total, self._evaluation.interrupt)
