"""`ashr-labs chat`: talk to a deployed agent."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from .._format import one_line, truncate
from ..errors import AshrLabsError
from ..hosting import ErrorEvent, ToolResultEvent, ToolUseEvent
from ._client import storing_client, where_options
from ._commands import program_command
from ._exit import CommandError, ExitCode, Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from ..client._sync._hosted_sessions import HostedSession
    from ..hosting import TurnEvent
    from ._output import Output

__all__ = ["command"]

_PROMPT = "> "
_MAX_SHOWN = 200
"""Characters of the arguments and of the result of a tool."""


@program_command("chat")
@click.argument("agent")
@click.option("--session", "session_id", metavar="ID", help="Continue this session.")
@click.option("--fork", "parent_id", metavar="ID", help="Continue a fork of this session, which stays as it is.")
@click.option("--message", "messages", multiple=True, metavar="TEXT", help="Send this in place of stdin; repeatable.")
@click.option("--model", help="The model of the session.")
@click.option("--credential", "credential_id", metavar="ID", help="A stored key, as a variable of the agent.")
@click.option("--env", "names", multiple=True, metavar="NAME", help="Pass this environment variable on to the agent.")
@click.option("--end", is_flag=True, help="End the session afterwards, in place of pausing it.")
@where_options
@click.pass_obj
def command(
    out: Output,
    /,
    agent: str,
    session_id: str | None,
    parent_id: str | None,
    messages: Sequence[str],
    model: str | None,
    credential_id: str | None,
    names: Sequence[str],
    end: bool,
    database: Path | None,
    remote: bool,
) -> None:
    """Talk to AGENT: each line of stdin is a message, and answers are written as they come.

    Calls of tools are shown on stderr. Afterwards the session is paused, and its id is shown: --session continues it.
    With --json, the replies are one object at the end.
    """
    if (session_id or parent_id) and (model or names or credential_id or (session_id and parent_id)):
        raise click.UsageError("give one of --session and --fork, without --model, --credential and --env")
    with storing_client(database, remote=remote) as client:
        if parent_id is not None:
            session = client.hosting.session(parent_id).fork().resume()
        elif session_id is not None:
            session = client.hosting.session(session_id).resume()
        else:
            session = client.hosting.create_session(
                agent, model=model, credential_id=credential_id, extra_env=_variables(names)
            )
        try:
            replies = [_turn(out, session, message) for message in messages or _lines(out)]
        finally:
            _leave(out, session, agent, end=end)
    _finish(out, session, replies)


def _variables(names: Sequence[str]) -> dict[str, str] | None:
    if missing := [name for name in names if name not in os.environ]:
        raise click.UsageError(f"the environment has no variable {', '.join(missing)}")
    return {name: os.environ[name] for name in names} or None


def _lines(out: Output) -> Iterator[str]:
    """Yield the messages that a user types, or that another program writes."""
    is_asked = sys.stdin.isatty() and not out.as_json
    while True:
        try:
            line = input(_PROMPT) if is_asked else sys.stdin.readline()
        except EOFError:
            out.write("\n")
            return
        if not line and not is_asked:
            return
        if line.strip():
            yield line.strip()


def _turn(out: Output, session: HostedSession, message: str) -> dict[str, Any]:
    """Send a message, show the turn as it happens, and return the record of the reply."""
    shows_parts = not out.as_json
    with session.stream(message, include_partial_messages=shows_parts) as stream:
        shown = ""
        for event in stream:
            if shows_parts:
                _show_event(out, event)
                shown = _show_text(out, stream.text, shown)
        reply = stream.reply
    if shows_parts and shown:
        out.write("\n")
    return {"message": message, **asdict(reply)}


def _show_text(out: Output, text: str, shown: str) -> str:
    """Write what has been added to the text, and return all of it."""
    if text.startswith(shown):
        out.write(text[len(shown) :])
    return text


def _show_event(out: Output, event: TurnEvent) -> None:
    match event:
        case ToolUseEvent():
            out.info(f"[{event.name}] {truncate(one_line(_shown(event.input)), _MAX_SHOWN)}")
        case ToolResultEvent():
            mark = "failed: " if event.is_error else ""
            out.info(f"  {mark}{truncate(one_line(_shown(event.content)), _MAX_SHOWN)}")
        case ErrorEvent():
            out.info(f"the turn failed: {event.error}")
        case _:
            pass


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _leave(out: Output, session: HostedSession, agent: str, *, end: bool) -> None:
    """End or pause the session; where that fails, the first failure is of more use."""
    with suppress(AshrLabsError):
        if end:
            session.end()
        else:
            session.pause()
            out.info(f"{session.id} is paused; continue it with: ashr-labs chat {agent} --session {session.id}")


def _finish(out: Output, session: HostedSession, replies: Sequence[Mapping[str, Any]]) -> None:
    document = {"session_id": session.id, "status": session.status, "replies": list(replies)}
    failed = [reply["error"] for reply in replies if reply["error"]]
    if failed:
        raise CommandError(Failure(ExitCode.GATE_FAILED, "TurnFailedError", f"a turn failed: {failed[-1]}"), document)
    if out.as_json:
        out.write_json(document)
