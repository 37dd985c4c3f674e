"""Arguments of the methods for deployed agents and their sessions."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..bundles import opened, pack
from ..errors import ConfigurationError, StreamInterruptedError, TurnFailedError
from ._outgoing import resource

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from ..hosting import HostedReply
    from ._outgoing import Outgoing

__all__ = [
    "agent_body",
    "checked_reply",
    "folder_bundle",
    "folder_files",
    "given",
    "milliseconds",
    "rest_of_turn",
    "sent_files",
]


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that are not None."""
    return {name: value for name, value in options.items() if value is not None}


def agent_body(
    name: str,
    folder: str | os.PathLike[str] | None,
    files: Mapping[str, str | bytes] | None,
    system_prompt: str | None,
) -> dict[str, Any]:
    """Return the body of the request that deploys an agent.

    Raises:
        ConfigurationError: Nothing is given to deploy, or a folder and files are, or the folder cannot be packed.
    """
    if folder is not None and files is not None:
        raise ConfigurationError("deploy() takes a folder or `files`, not both")
    if folder is None and not files and system_prompt is None:
        raise ConfigurationError("deploy() needs a folder, `files` or a `system_prompt`")
    body: dict[str, Any] = {"name": name}
    if folder is not None:
        body["files"] = folder_files(folder)
    elif files:
        body["files"] = sent_files(files)
    if system_prompt is not None:
        body["systemPrompt"] = system_prompt
    return body


def folder_files(path: str | os.PathLike[str]) -> list[dict[str, str]]:
    """Return the files of a folder as they are sent, without those that bundles leave out.

    Raises:
        ConfigurationError: It is not a folder, cannot be read, or has a link.
    """
    if not Path(path).is_dir():
        raise ConfigurationError(f"there is no folder {str(path)!r}; pass the folder of the agent")
    with opened(pack(path).content) as archive:
        for member in archive.contents.members:
            if member.kind == "link":
                raise ConfigurationError(f"{path}: {member.path} is a link, which cannot be deployed; copy the file")
        files = [member.path for member in archive.contents.members if member.kind == "file"]
        return sent_files({file: archive.read(file) for file in files})


def folder_bundle(source: str | os.PathLike[str] | bytes) -> str:
    """Return an archive in Base64: of a folder, of a `.tar.gz` file, or the bytes that are given."""
    content = source if isinstance(source, bytes) else pack(source).content
    return base64.b64encode(content).decode()


def sent_files(files: Mapping[str, str | bytes]) -> list[dict[str, str]]:
    """Return files as they are sent: text as UTF-8, in Base64."""
    return [
        {"path": path, "content": base64.b64encode(text.encode() if isinstance(text, str) else text).decode()}
        for path, text in files.items()
    ]


def milliseconds(timeout: float | None) -> int | None:
    """Return seconds as milliseconds.

    Raises:
        ConfigurationError: They are not above zero.
    """
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not timeout > 0:
        raise ConfigurationError(f"`timeout` must be seconds above zero, got {timeout!r}")
    return max(1, round(timeout * 1000))


def rest_of_turn(session_id: str, error: StreamInterruptedError) -> Outgoing:
    """Return the request for the rest of a turn; raise the error of a stream of which nothing was read."""
    if not error.last_event_id:
        raise error
    query = {"after": error.last_event_id}
    rest = resource("get_api_sessions_id_messages_stream", {"id": session_id}, query)
    return replace(rest, last_event_id=error.last_event_id)  # for the error, if the rest does not come either


def checked_reply(session_id: str, reply: HostedReply, last_event_id: str, events_read: int) -> HostedReply:
    """Return the reply of a turn that has ended.

    Raises:
        TurnFailedError: The agent failed.
        StreamInterruptedError: The stream was closed before the end of the turn.
    """
    if reply.error:
        failed = TurnFailedError(f"the turn of the session {session_id} failed: {reply.error}")
        failed.session_id, failed.text = session_id, reply.text
        raise failed
    if not reply.is_complete:
        interrupted = StreamInterruptedError(
            f"the stream was closed after {events_read} events, before the end of the turn; read the rest with "
            f"follow({last_event_id!r})"
        )
        interrupted.last_event_id, interrupted.events_read = last_event_id, events_read
        raise interrupted
    return reply
