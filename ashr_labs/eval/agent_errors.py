"""Errors of agents as plain text: keeping the exceptions would keep the agents' frames alive."""

from __future__ import annotations

import os
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from .._interrupts import members_of
from .agents import ReplyError

if TYPE_CHECKING:
    from ashr_labs_types import TestError

    from ..errors import DatasetError

__all__ = ["AgentError", "cancelled_error", "dataset_error", "is_cancellation", "timeout_error"]

_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"


@dataclass(frozen=True, slots=True)
class AgentError:
    """The agent raised, did not reply in time, or returned something that is not a reply."""

    type: str
    """The class of the exception."""
    message: str
    traceback: str | None = None
    kind: str = "agent"
    """`agent`, `timeout` or `cancelled`."""
    error_types: frozenset[str] = frozenset()
    """The class names of the exception, its bases, its causes and, of a group, its members."""
    retry_after: float | None = None
    """Seconds after which the exception asks for a retry."""

    @classmethod
    def of(cls, error: BaseException) -> AgentError:
        """Return the record of an exception; its traceback has the frames outside of this package."""
        if isinstance(error, ReplyError):
            return cls(type(error).__name__, str(error))
        text = _traceback_text(error)
        # An agent that raises the same exception for every message would make its traceback grow each time.
        error.__traceback__ = None
        related = _related(error)
        return cls(
            type(error).__name__,
            _message(error),
            text,
            kind="cancelled" if is_cancellation(error) else "agent",
            error_types=frozenset(base.__name__ for one in related for base in type(one).__mro__),
            retry_after=next((float(found) for one in related if (found := _retry_after(one)) is not None), None),
        )

    def at(self, path: str) -> AgentError:
        """Return the error; the message of a malformed reply begins with the path of the action."""
        is_reply = self.traceback is None and self.type == ReplyError.__name__
        return replace(self, message=f"{path}: {self.message}") if is_reply else self

    def error(self, path: str, turn: int = -1) -> TestError:
        """Return the `error` of a test.

        Args:
            path: The action in the dataset.
            turn: The index of the agent's reply; below 0 if none was requested yet.
        """
        error: TestError = {"kind": self.kind, "type": self.type, "message": self.message, "path": path}
        if self.traceback is not None:
            error["traceback"] = self.traceback
        if turn >= 0:
            error["turn"] = turn
        return error


def is_cancellation(error: BaseException) -> bool:
    """Return True for the CancelledError of asyncio or concurrent.futures."""
    return any(base.__name__ == "CancelledError" for base in type(error).__mro__)


def timeout_error(message: str) -> AgentError:
    """Return the error of an agent that did not reply in time."""
    return AgentError("TimeoutError", message, kind="timeout")


def cancelled_error(message: str) -> AgentError:
    """Return the error of an agent whose task was cancelled from elsewhere."""
    return AgentError("CancelledError", message, kind="cancelled", error_types=frozenset({"CancelledError"}))


def dataset_error(error: DatasetError) -> TestError:
    """Return the `error` of a test whose scenario is malformed."""
    return {"kind": "dataset", "type": type(error).__name__, "message": error.message, "path": error.path}


def _related(error: BaseException) -> list[BaseException]:
    """Return an exception, the members of its group, and its causes, nearest first."""
    found, seen = [error], {id(error)}
    for one in found:  # grows meanwhile
        new = [other for other in (*members_of(one), one.__cause__) if other is not None and id(other) not in seen]
        seen.update(map(id, new))
        found += new
    return found


def _retry_after(error: BaseException) -> float | None:
    try:
        found = getattr(error, "retry_after", None)
    except Exception:
        return None
    return found if isinstance(found, int | float) else None


def _traceback_text(error: BaseException) -> str:
    try:
        report = traceback.TracebackException.from_exception(error)
        _leave_out_own_frames(report)
        return "".join(report.format())
    except Exception as failure:
        return f"(no traceback: formatting it raised {type(failure).__name__})"


def _leave_out_own_frames(report: traceback.TracebackException) -> None:
    """Remove frames of this package from an exception, its causes and its members, if other frames remain."""
    reports = [report]
    for one in reports:  # grows meanwhile
        if outside := [frame for frame in one.stack if not frame.filename.startswith(_PACKAGE)]:
            one.stack = traceback.StackSummary.from_list(outside)
        elif one is report:
            del one.stack[:1]  # the frame that caught it
        reports += filter(None, (one.__cause__, one.__context__, *(one.exceptions or ())))


def _message(error: BaseException) -> str:
    try:
        text = str(error)
        if isinstance(error, BaseExceptionGroup):
            first = next(one for one in _related(cast("BaseException", error)) if not members_of(one))
            return f"{text}: {type(first).__name__}: {first}"
    except Exception as failure:
        return f"(no message: its __str__ raised {type(failure).__name__})"
    else:
        return text
