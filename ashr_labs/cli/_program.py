"""The program: its commands, and what becomes of what they raise."""

from __future__ import annotations

import logging
import os
import traceback
from typing import TYPE_CHECKING

import click
from click.shell_completion import shell_complete

from ._failures import EXIT_CODES, CommandError, ExitCode, failure_of
from ._lazy_group import LazyGroup
from ._output import Output

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PROGRAM", "run"]

_COMPLETION = "_ASHR_LABS_COMPLETE"

PROGRAM = LazyGroup(
    "ashr-labs",
    {
        "eval": "Test an agent against the scenarios of a dataset.",
        "compare": "Tell whether one run is better than another.",
        "plan": "Tell how many scenarios it takes to see a difference.",
        "coverage": "Tell what of the agent's tools a dataset exercises.",
        "report": "Write a run or a comparison as a page, Markdown, JUnit XML or a table.",
        "runs": "Work with runs.",
        "datasets": "Work with datasets.",
        "agents": "Work with agents.",
        "keys": "Work with API keys.",
        "traces": "Work with traces.",
        "serve": "Run the platform on this machine.",
        "init": "Write the files with which a project begins to test its agent.",
        "doctor": "Tell whether everything is there that the package needs.",
        "completion": "Print the script that completes commands in a shell.",
    },
    description="Test AI agents against scenarios. Errors are one line; ASHR_LABS_DEBUG=1 adds their tracebacks.",
    epilog=EXIT_CODES,
)
click.version_option(package_name="ashr-labs", message="%(prog)s %(version)s")(PROGRAM)


def run(arguments: Sequence[str]) -> int:
    """Run one command; return the exit code."""
    if (asked := os.environ.get(_COMPLETION)) is not None:  # the script of `ashr-labs completion` does so
        return shell_complete(PROGRAM, {}, "ashr-labs", _COMPLETION, asked)
    out = Output(as_json="--json" in arguments)
    is_debugged = bool(os.environ.get("ASHR_LABS_DEBUG"))
    if not is_debugged:
        # What the embedded platform logs about a failed call, the command says in its one line.
        logging.getLogger("ashr_labs").addHandler(logging.NullHandler())
    try:
        with PROGRAM.make_context("ashr-labs", list(arguments), obj=out) as context:
            PROGRAM.invoke(context)
    except click.exceptions.Exit as done:  # after --help and --version
        return done.exit_code
    except BrokenPipeError:  # likewise, when nobody reads them to their end: all else is written by `out`
        return ExitCode.DONE
    except (Exception, KeyboardInterrupt) as error:
        if is_debugged:
            traceback.print_exception(error)
        return _fail(out, error)
    finally:
        out.close()
    return ExitCode.DONE


def _fail(out: Output, error: BaseException) -> ExitCode:
    failure = failure_of(error)
    out.note(f"error: {failure.message}")
    if out.as_json:
        beside = error.document if isinstance(error, CommandError) else {}
        out.document({**beside, "error": failure.message, "type": failure.type})
    return failure.code
