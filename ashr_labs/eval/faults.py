"""What went wrong while a scenario was played, in words: an exception itself would keep the agent's frames alive."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ashr_labs_types import TestError

    from ..errors import DatasetError

__all__ = ["Fault", "dataset_fault"]


@dataclass(frozen=True, slots=True)
class Fault:
    """The agent raised, or answered what is no answer."""

    type: str
    """The class of the exception."""
    message: str
    traceback: str | None = None

    @classmethod
    def of(cls, error: BaseException) -> Fault:
        """Return the fault that an exception is, its traceback beginning below the frame that caught it."""
        below = error.__traceback__.tb_next if error.__traceback__ else None
        text = "".join(traceback.format_exception(type(error), error, below))
        # An agent that keeps one exception and raises it for every message would make its traceback grow each time.
        error.__traceback__ = None
        return cls(type(error).__name__, _message(error), text)

    def error(self, path: str, turn: int = -1) -> TestError:
        """Return it as a result's error.

        Args:
            path: Where in the dataset it happened.
            turn: Which reply of the agent it was, from 0; below 0 if none was asked for yet.
        """
        error: TestError = {"kind": "agent", "type": self.type, "message": self.message, "path": path}
        if self.traceback is not None:
            error["traceback"] = self.traceback
        if turn >= 0:
            error["turn"] = turn
        return error


def dataset_fault(error: DatasetError) -> TestError:
    """Return a malformed scenario as a result's error."""
    return {"kind": "dataset", "type": type(error).__name__, "message": error.message, "path": error.path}


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as failure:
        return f"(no message: its __str__ raised {type(failure).__name__})"
