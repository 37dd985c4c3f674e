"""Exit codes, the failures that map to them, and the end of the process."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import click

from .._format import counted
from ..errors import (
    AshrLabsError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    DatasetError,
    NotFoundError,
    SpecError,
    ValidationError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EXIT_CODES", "CommandError", "ExitCode", "Failure", "exit_despite_threads", "failure_of"]

EXIT_CODES = """\b
Exit codes:
  0    success; all gates passed
  1    a gate failed
  2    usage: invalid arguments, files, datasets or agents; unknown ids
  3    platform: cannot be opened or reached, rejects the key, or failed
  4    nothing was tested: no scenario ran to its end, or none checks anything
  130  interrupted
"""
"""Epilog of all help texts."""

_THREAD_GRACE = 3.0
"""Seconds that threads of the agent get to finish."""


class ExitCode(IntEnum):
    """Exit codes of the program."""

    DONE = 0
    GATE_FAILED = 1
    USAGE = 2
    PLATFORM = 3
    NOTHING_RAN = 4
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Failure:
    """The reason for an exit code other than 0."""

    code: ExitCode
    type: str
    """Stable name, for programs."""
    message: str


class CommandError(Exception):
    """A failure that a command reports itself."""

    def __init__(self, failure: Failure, document: Mapping[str, Any] | None = None) -> None:
        super().__init__(failure)
        self.failure = failure
        self.document = document or {}
        """Fields that `--json` shows with the error."""


def failure_of(error: BaseException) -> Failure:
    """Return the failure for an exception."""
    match error:
        case CommandError():
            return error.failure
        case click.ClickException():
            return Failure(ExitCode.USAGE, "UsageError", _usage_message(error))
        case KeyboardInterrupt():
            return Failure(ExitCode.INTERRUPTED, "Interrupted", "interrupted")
        case AshrLabsError() | OSError():
            return Failure(_code_of(error), type(error).__name__, str(error))
        case _:
            message = f"internal error: {type(error).__name__}: {error} (set ASHR_LABS_DEBUG=1 for the traceback)"
            return Failure(ExitCode.PLATFORM, "InternalError", message)


def exit_despite_threads(code: int) -> None:
    """Ensure that the process ends soon with this exit code, even if threads of the agent are still running."""
    if _running_threads():
        threading.Thread(target=_exit, args=(code,), name="ashr-labs-exit", daemon=True).start()


def _code_of(error: AshrLabsError | OSError) -> ExitCode:
    match error:
        case ConfigurationError() | DatasetError() | SpecError():
            return ExitCode.USAGE
        case BadRequestError() | ConflictError() | NotFoundError() | ValidationError() if error.response is not None:
            return ExitCode.USAGE
        case AshrLabsError(status_code=410 | 413):
            return ExitCode.USAGE
        case _:  # includes a 404 from another server than the platform
            return ExitCode.PLATFORM


def _usage_message(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f" (see {context.command_path} --help)" if context else ""
    return f"{error.format_message().rstrip('.')}{hint}"


def _exit(code: int) -> None:
    deadline = time.monotonic() + _THREAD_GRACE
    while running := _running_threads():
        if time.monotonic() >= deadline:
            with suppress(OSError, ValueError, AttributeError):  # stderr may be closed or None
                names = ", ".join(running)
                sys.stderr.write(f"exiting while {counted(len(running), 'thread')} of the agent still run: {names}\n")
                sys.stderr.flush()
            # Python runs these after the last thread, which would not happen; they deliver traces.
            atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]
            os._exit(code)
        time.sleep(0.05)


def _running_threads() -> list[str]:
    """Return the names of the threads that Python waits for at exit."""
    main = threading.main_thread()
    return [thread.name for thread in threading.enumerate() if not thread.daemon and thread is not main]
