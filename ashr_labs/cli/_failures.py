"""How a command fails: its exit code, and one line that says why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import click

from ..errors import (
    AshrLabsError,
    BadRequestError,
    ConfigurationError,
    ConflictError,
    DatasetError,
    NotFoundError,
    ValidationError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["EXIT_CODES", "CommandError", "ExitCode", "Failure", "failure_of"]

EXIT_CODES = """\b
Exit codes:
  0    done, and the gate passed if there was one
  1    a gate failed
  2    usage: arguments, files, datasets or agents that cannot work; unknown ids
  3    platform: it cannot be opened or reached, refuses the key, or failed
  4    nothing ran: no scenario, or none that could be played to its end
  130  interrupted
"""
"""For help texts."""


class ExitCode(IntEnum):
    """What a command tells the shell."""

    DONE = 0
    GATE_FAILED = 1
    USAGE = 2
    PLATFORM = 3
    NOTHING_RAN = 4
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a command did not do what it was asked for."""

    code: ExitCode
    type: str
    """For programs: a name that stays the same."""
    message: str


class CommandError(Exception):
    """A failure that a command has found out by itself."""

    def __init__(self, failure: Failure, document: Mapping[str, Any] | None = None) -> None:
        super().__init__(failure)
        self.failure = failure
        self.document = document or {}
        """What `--json` shows beside the error."""


def failure_of(error: BaseException) -> Failure:
    """Return the failure that an exception is."""
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
            message = f"internal error: {type(error).__name__}: {error} (set ASHR_LABS_DEBUG=1 to see where)"
            return Failure(ExitCode.PLATFORM, "InternalError", message)


def _code_of(error: AshrLabsError | OSError) -> ExitCode:
    match error:
        case ConfigurationError() | DatasetError():
            return ExitCode.USAGE
        case BadRequestError() | ConflictError() | NotFoundError() | ValidationError() if error.response is not None:
            return ExitCode.USAGE
        case AshrLabsError(status_code=413):
            return ExitCode.USAGE
        case _:  # among them a 404 that is no answer of the platform, but of whatever else is at that URL
            return ExitCode.PLATFORM


def _usage_message(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f" (see {context.command_path} --help)" if context else ""
    return f"{error.format_message().rstrip('.')}{hint}"
