"""`ashr-labs sessions`: the sessions of deployed agents."""

from __future__ import annotations

import base64
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ..hosting.blocks import blocks_of
from ._client import stored_client, where_options
from ._commands import Group
from ._records import show_id, show_record, show_rows
from .traces import show_trace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..client._sync._hosted_sessions import HostedSession
    from ._output import Output

__all__ = ["command"]

command = Group("sessions", "Manage the sessions of deployed agents.")
_COLUMNS = ("id", "agentName", "status", "parentSessionId", "createdAt")
_MAX_PAGE = 1000


@command.command("list")
@click.option("--agent", help="Only those of this agent.")
@click.option("--status", help="Only those with this status, such as active or paused.")
@where_options
@click.pass_obj
def list_sessions(out: Output, /, agent: str | None, status: str | None, database: Path | None, remote: bool) -> None:
    """List the sessions, newest first."""
    with stored_client(database, remote=remote) as client:
        rows = [one.info for one in client.hosting.list_sessions(agent=agent, status=status)]
    show_rows(out, "sessions", rows, _COLUMNS)


@command.command("show")
@click.argument("session_id")
@where_options
@click.pass_obj
def show_session(out: Output, /, session_id: str, database: Path | None, remote: bool) -> None:
    """Show a session and what was said in it."""
    with stored_client(database, remote=remote) as client:
        session = client.hosting.get_session(session_id)
        messages = session.messages(limit=_MAX_PAGE)
    if out.as_json:
        out.write_json({**session.info, "messages": [asdict(one) for one in messages]})
        return
    show_record(out, session.info)
    for message in messages:
        used = [block for block in blocks_of(message.content) if "name" in block]
        calls = [f"[{block['name']}] {json.dumps(block.get('input'))}" for block in used]
        for text in (message.text, *calls):
            if text:
                out.write(f"\n{message.role}: {text}\n")


def _changing(name: str, summary: str, change: Callable[[HostedSession], HostedSession]) -> None:
    """Add a command that changes the state of a session."""

    @command.command(name, help=summary, short_help=summary)
    @click.argument("session_id")
    @where_options
    @click.pass_obj
    def changed(out: Output, /, session_id: str, database: Path | None, remote: bool) -> None:
        with stored_client(database, remote=remote) as client:
            session = change(client.hosting.session(session_id))
        show_id(out, session.info)
        out.info(f"{session.id} is {session.status}")


_changing("fork", "Copy a session, with its files and messages, and print the id of the copy.", lambda one: one.fork())
_changing("pause", "Pause a session; its process waits.", lambda one: one.pause())
_changing("resume", "Make a session active again.", lambda one: one.resume())
_changing("stop", "End the process of a session, which can be resumed.", lambda one: one.stop())
_changing("end", "End a session for good; its history stays.", lambda one: one.end())


@command.command("trace")
@click.argument("session_id")
@where_options
@click.pass_obj
def show_last_trace(out: Output, /, session_id: str, database: Path | None, remote: bool) -> None:
    """Show the trace of the last turn: its calls of tools, tokens and costs.

    `ashr-labs traces list --session-id` lists those of all turns.
    """
    with stored_client(database, remote=remote) as client:
        client.hosting.get_session(session_id)
        found = client.list_observability_traces(session_id=session_id, limit=1)["traces"]
        if not found:
            raise click.ClickException(f"no turn of the session {session_id} has ended")
        trace = client.get_observability_trace(found[0]["id"])
    show_trace(out, trace)


@command.command("logs")
@click.argument("session_id")
@where_options
@click.pass_obj
def show_logs(out: Output, /, session_id: str, database: Path | None, remote: bool) -> None:
    """Show the log of the agent's process."""
    with stored_client(database, remote=remote) as client:
        lines = client.hosting.session(session_id).logs()
    if out.as_json:
        out.write_json({"logs": [asdict(one) for one in lines]})
        return
    for line in lines:
        out.write(f"{line.ts}  {line.severity or line.level}  {line.text}\n")


@command.command("files")
@click.argument("session_id")
@click.argument("path", required=False)
@where_options
@click.pass_obj
def show_files(out: Output, /, session_id: str, path: str | None, database: Path | None, remote: bool) -> None:
    """List the files of the workspace, or write the file at PATH to stdout; with --json in Base64."""
    with stored_client(database, remote=remote) as client:
        session = client.hosting.session(session_id)
        if path is None:
            show_rows(out, "files", [asdict(one) for one in session.files()], ("path", "size"))
            return
        content = session.read(path)
    if out.as_json:
        out.write_json({"path": path, "size": len(content), "content_base64": base64.b64encode(content).decode()})
        return
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
