"""The program: its commands, and the handling of their errors."""

from __future__ import annotations

import logging
import os
import traceback
from typing import TYPE_CHECKING

import click
from click.shell_completion import shell_complete

from ._commands import LazyGroup
from ._exit import EXIT_CODES, CommandError, ExitCode, failure_of
from ._output import Output

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PROGRAM", "run"]

_COMPLETION = "_ASHR_LABS_COMPLETE"

PROGRAM = LazyGroup(
    "ashr-labs",
    "Test AI agents against scenarios. Errors are one line; ASHR_LABS_DEBUG=1 adds their tracebacks.",
    {
        "eval": "Test an agent against the scenarios of a dataset.",
        "compare": "Compare two runs: better, worse, or cannot tell.",
        "plan": "Compute how many scenarios detect a difference.",
        "coverage": "Show which tools and arguments a dataset exercises.",
        "report": "Write a run or a comparison as HTML, Markdown, JUnit XML or a table.",
        "runs": "Manage runs.",
        "datasets": "Manage datasets.",
        "agents": "Manage agents.",
        "prompts": "Manage prompts.",
        "records": "Manage datasets of records.",
        "score-rules": "Manage rules that score traces.",
        "keys": "Manage API keys.",
        "traces": "Show traces.",
        "spec": "Check and manage specs of sandboxes.",
        "sandbox": "Run commands in the sandboxes of the platform of ASHR_LABS_BASE_URL.",
        "snapshot": "Manage snapshots: versions of the files of agents.",
        "experiment": "Play an agent in sandboxes of a spec, and judge what it leaves behind.",
        "deploy": "Deploy a folder as an agent.",
        "chat": "Talk to a deployed agent.",
        "sessions": "Manage the sessions of deployed agents.",
        "credentials": "Manage the keys that sessions of deployed agents use.",
        "queue": "Manage the prompts that wait for deployed agents.",
        "alert": "Manage alerts about experiments and scores.",
        "labels": "Label tests and traces, and compare judges with the labels.",
        "serve": "Run the platform on this machine.",
        "view": "Show the results of runs as pages on this machine.",
        "init": "Create the files of a first evaluation.",
        "doctor": "Check the installation and its configuration.",
        "completion": "Print the completion script for a shell.",
    },
    epilog=EXIT_CODES,
)
click.version_option(package_name="ashr-labs", message="%(prog)s %(version)s")(PROGRAM)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code."""
    if (instruction := os.environ.get(_COMPLETION)) is not None:  # set by the script of `ashr-labs completion`
        return shell_complete(PROGRAM, {}, "ashr-labs", _COMPLETION, instruction)
    out = Output(as_json="--json" in arguments)
    is_debugged = bool(os.environ.get("ASHR_LABS_DEBUG"))
    if not is_debugged:
        # The command reports errors of the embedded platform itself, on one line.
        logging.getLogger("ashr_labs").addHandler(logging.NullHandler())
    try:
        with PROGRAM.make_context("ashr-labs", list(arguments), obj=out) as context:
            PROGRAM.invoke(context)
    except click.exceptions.Exit as done:  # after --help and --version
        return done.exit_code
    except BrokenPipeError:  # in click's own output of --help and --version
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
    out.info(f"error: {failure.message}")
    if out.as_json:
        fields = error.document if isinstance(error, CommandError) else {}
        out.write_json({**fields, "error": failure.message, "type": failure.type})
    return failure.code
