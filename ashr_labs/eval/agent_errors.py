"""What went wrong while a scenario was played, in words: an exception itself would keep the agent's frames alive."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ashr_labs_types import TestError

    from ..errors import DatasetError

__all__ = ["Fault", "dataset_fault", "is_cancellation", "timeout_fault"]


_OWN_FOLDER = str(Path(__file__).parent)


@dataclass(frozen=True, slots=True)
class Fault:
    """The agent raised, did not answer in time, or answered what is no answer."""

    type: str
    """The class of the exception."""
    message: str
    traceback: str | None = None
    kind: str = "agent"
    """With whom the fault lies: `agent`, `timeout` or `cancelled`."""
    lineage: tuple[str, ...] = ()
    """The names of the exception's class and of all that it is derived from."""
    retry_after: float | None = None
    """Seconds after which whoever raised asks to try again."""

    @classmethod
    def of(cls, error: BaseException) -> Fault:
        """Return the fault that an exception is, its traceback beginning below the frame that caught it."""
        below = error.__traceback__.tb_next if error.__traceback__ else None
        while below and below.tb_next and below.tb_frame.f_code.co_filename.startswith(_OWN_FOLDER):
            below = below.tb_next
        text = "".join(traceback.format_exception(type(error), error, below))
        # An agent that keeps one exception and raises it for every message would make its traceback grow each time.
        error.__traceback__ = None
        retry_after = getattr(error, "retry_after", None)
        lineage = tuple(base.__name__ for base in type(error).__mro__)
        return cls(
            type(error).__name__,
            _message(error),
            text,
            kind="cancelled" if is_cancellation(error) else "agent",
            lineage=lineage,
            retry_after=float(retry_after) if isinstance(retry_after, int | float) else None,
        )

    def error(self, path: str, turn: int = -1) -> TestError:
        """Return it as a result's error.

        Args:
            path: Where in the dataset it happened.
            turn: Which reply of the agent it was, from 0; below 0 if none was asked for yet.
        """
        error: TestError = {"kind": self.kind, "type": self.type, "message": self.message, "path": path}
        if self.traceback is not None:
            error["traceback"] = self.traceback
        if turn >= 0:
            error["turn"] = turn
        return error


def is_cancellation(error: BaseException) -> bool:
    """Tell whether something was cancelled: asyncio has another class for it than executors have."""
    return any(base.__name__ == "CancelledError" for base in type(error).__mro__)


def timeout_fault(message: str) -> Fault:
    """Return the fault of an agent that did not answer in time."""
    return Fault("TimeoutError", message, kind="timeout")


def dataset_fault(error: DatasetError) -> TestError:
    """Return a malformed scenario as a result's error."""
    return {"kind": "dataset", "type": type(error).__name__, "message": error.message, "path": error.path}


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as failure:
        return f"(no message: its __str__ raised {type(failure).__name__})"
