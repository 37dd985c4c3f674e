"""Checks by programs: the exit code of a command, and custom checks in Python."""

from __future__ import annotations

import json
from shlex import quote
from typing import TYPE_CHECKING, Any

from .._json import as_object, is_number, preview
from ..specs.quantities import parse_duration
from .results import Decision, shown
from .world import WorldError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..sandboxes import CommandResult
    from .world import World

__all__ = ["check_command", "check_custom"]

_SECONDS = "5m"
_MAX_CODE = 64 * 1024
_LINES = 5
# Without the folder of the workspace and that of the user, whose files the agent may have written: a module of the
# standard library could be one of them. The code is an argument and no file, so nothing is added to the workspace.
_RUNNER = "import sys; sys.path[:] = filter(None, sys.path); exec(compile(sys.argv.pop(), 'check.py', 'exec'))"


def check_command(check: Mapping[str, Any], world: World) -> Decision:
    """Decide `command_exit`: the command ends with the exit code."""
    done = _run(check, check["command"], world)
    wanted = check.get("exit_code", 0)
    command = shown(check["command"], world)
    if done.timed_out:
        return Decision(False, f"{command} must end within {check.get('timeout', _SECONDS)}, but ran out of time")
    if done.exit_code == wanted:
        return Decision(True, f"{command} exits {wanted}")
    return Decision(False, f"{command} must exit {wanted}, got {done.exit_code}{_printed(done, world)}")


def check_custom(check: Mapping[str, Any], world: World) -> Decision:
    """Decide `custom`: a program in Python, which runs in the environment, exits 0; its last line may say more."""
    code = check["code"]
    if len(code.encode("utf-8", "surrogatepass")) > _MAX_CODE:
        raise WorldError(f"`code` must have at most {_MAX_CODE:,} bytes; put more of it into a file of the setup")
    done = _run(check, f"python3 -s -c {quote(_RUNNER)} {quote(code)}", world)
    if done.timed_out:
        return Decision(False, f"the check must end within {check.get('timeout', _SECONDS)}, but ran out of time")
    said = _last_object(done.stdout)
    passed = said.get("passed", done.exit_code == 0)
    score = said.get("score", float(passed is True))
    if not isinstance(passed, bool):
        raise WorldError(f"`passed` of the check must be true or false, got {preview(passed)}")
    if not is_number(score) or not 0 <= score <= 1:
        raise WorldError(f"`score` of the check must be a number from 0 to 1, got {preview(score)}")
    if done.exit_code != 0:
        passed, score = False, 0.0
    message = said.get("message")
    if isinstance(message, str):
        return Decision(passed, world.masked(message), float(score))
    if passed:
        return Decision(True, "the check passed", float(score))
    # The last line of a traceback names the error.
    return Decision(False, f"the check must exit 0, got {done.exit_code}{_printed(done, world, 1)}", float(score))


def _run(check: Mapping[str, Any], command: str, world: World) -> CommandResult:
    seconds = parse_duration(check.get("timeout", _SECONDS), name="timeout")
    return world.run(command, timeout=seconds)


def _printed(done: CommandResult, world: World, lines: int = _LINES) -> str:
    """Return the last lines that a command printed, for a message."""
    text = done.stderr.strip() or done.stdout.strip()
    return f"; it printed {shown(chr(10).join(text.splitlines()[-lines:]), world)}" if text else ""


def _last_object(stdout: str) -> Mapping[str, Any]:
    """Return the JSON object in the last line; empty if there is none."""
    lines = stdout.strip().splitlines()
    try:
        return as_object(json.loads(lines[-1])) or {} if lines else {}
    except (ValueError, RecursionError):
        return {}
