"""Sessions of deployed agents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...hosting.records import (
    AgentFile,
    Attachment,
    ExecResult,
    LogLine,
    SessionEvent,
    SessionMessage,
    UsageEvent,
    WrittenFile,
    record_of,
)
from .._hosting import folder_bundle, given, milliseconds, sent_files
from .._outgoing import resource
from ._sandboxes import CREATION_SECONDS, patient
from ._turns import AsyncTurnStream, turn_events

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from ...hosting import HostedReply
    from .._outgoing import Outgoing
    from ._transport import AsyncRetryTransport

__all__ = ["AsyncHostedSession"]

_EXEC_SECONDS = 30.0


class AsyncHostedSession:
    """A conversation with a deployed agent, with the state that it had when it was fetched.

    Leaving an `async with` block ends it; its history stays.

    Example:
        >>> async with await client.hosting.create_session("my-agent") as session:  # doctest: +SKIP
        ...     print((await session.send("Hello!")).text)
        ...     fork = await session.fork()
    """

    def __init__(self, transport: AsyncRetryTransport, record: Mapping[str, Any]) -> None:
        self._transport = transport
        self.id: str = record["id"]
        """Its id."""
        self._take(record)

    def _take(self, record: Mapping[str, Any]) -> AsyncHostedSession:
        self.info: Mapping[str, Any] = record
        """The record of the platform."""
        self.agent_name: str = record.get("agentName", "")
        """The deployed agent."""
        self.status: str = record.get("status", "")
        """`active`, `paused`, `stopped`, `ended`, `error`, or another one of a newer platform."""
        self.parent_session_id: str | None = record.get("parentSessionId")
        """The session that it is a fork of."""
        self.created_at: str = record.get("createdAt", "")
        """When it was created, in ISO 8601."""
        self.last_active_at: str = record.get("lastActiveAt", "")
        """When its last turn began or ended, in ISO 8601."""
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} of {self.agent_name}, {self.status}>"

    async def __aenter__(self) -> AsyncHostedSession:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    def stream(
        self,
        content: str | Sequence[Mapping[str, Any]],
        *,
        include_partial_messages: bool = False,
        model: str | None = None,
        max_turns: int | None = None,
        max_budget_usd: float | None = None,
        effort: str | None = None,
        thinking: Mapping[str, Any] | None = None,
        output_format: Mapping[str, Any] | None = None,
        event_timeout: float | None = None,
    ) -> AsyncTurnStream:
        """Return the stream of a turn; entering it, or reading its first event, sends the message.

        Args:
            content: The message, as text or as blocks of text, images and documents.
            include_partial_messages: Whether texts come in parts as well.
            model: The model of this turn.
            max_turns: The most steps that the agent takes.
            max_budget_usd: The most that the turn may cost.
            effort: `low`, `medium`, `high` or `max`.
            thinking: How much the model thinks: `type` and `budgetTokens`.
            output_format: The format of the answer: `type` and `schema`.
            event_timeout: Seconds until the next event; None sets no limit.
        """
        body = {
            "content": content,
            "includePartialMessages": include_partial_messages or None,
            "model": model,
            "maxTurns": max_turns,
            "maxBudgetUsd": max_budget_usd,
            "effort": effort,
            "thinking": thinking,
            "outputFormat": output_format,
        }
        outgoing = resource("post_api_sessions_id_messages", {"id": self.id}, body=given(body))
        return self._stream(outgoing, event_timeout)

    async def send(self, content: str | Sequence[Mapping[str, Any]], **options: Any) -> HostedReply:
        """Send a message, and return the reply when the turn has ended.

        Args:
            content: The message.
            options: Those of `stream()`.

        Raises:
            TurnFailedError: If the agent failed.
            BadRequestError: If the session is not active.
            ConflictError: If it is in a turn.
        """
        async with self.stream(content, **options) as stream:
            return await stream.final_message()

    def follow(self, after: str | int | None = None, *, event_timeout: float | None = None) -> AsyncTurnStream:
        """Return the stream of the last turn, whether it has ended or not.

        Args:
            after: The id of the event behind which it begins; by default all of the turn.
            event_timeout: Seconds until the next event; None sets no limit.
        """
        outgoing = resource("get_api_sessions_id_messages_stream", {"id": self.id}, {"after": after})
        return self._stream(outgoing, event_timeout)

    async def refresh(self) -> AsyncHostedSession:
        """Fetch the present state."""
        return self._take((await self._request("get_api_sessions_id"))["session"])

    async def pause(self) -> AsyncHostedSession:
        """Pause it; its process waits.

        Raises:
            BadRequestError: If it is not active.
        """
        return await self._change("post_api_sessions_id_pause")

    async def resume(self) -> AsyncHostedSession:
        """Make it active again, if need be in a new sandbox with the files as of its last turn.

        Raises:
            AshrLabsError: If it has ended (410).
        """
        return await self._change("post_api_sessions_id_resume")

    async def stop(self) -> AsyncHostedSession:
        """End its process; it can be resumed.

        Raises:
            BadRequestError: If it is not active.
        """
        return await self._change("post_api_sessions_id_stop")

    async def interrupt(self) -> bool:
        """End the turn in progress, and return whether there was one; the session stays active."""
        answer = await self._patient().request(resource("post_api_sessions_id_interrupt", {"id": self.id}))
        self._take(answer["session"])
        return bool(answer["interrupted"])

    async def end(self) -> AsyncHostedSession:
        """End it for good; its history stays, and ending it again changes nothing."""
        return await self._change("delete_api_sessions_id")

    async def fork(self, *, after: SessionMessage | str | None = None) -> AsyncHostedSession:
        """Return a new session, paused, with its files and messages as of the end of a turn.

        Args:
            after: A message of that turn, or its id; by default the last turn.
        """
        message_id = after if after is None or isinstance(after, str) else after.id
        body = None if message_id is None else {"after": message_id}
        answer = await self._patient().request(resource("post_api_sessions_id_fork", {"id": self.id}, body=body))
        return AsyncHostedSession(self._transport, answer["session"])

    async def configure(
        self,
        *,
        model: str | None = None,
        allowed_tools: Sequence[str] | None = None,
        disallowed_tools: Sequence[str] | None = None,
        betas: Sequence[str] | None = None,
        subagents: Mapping[str, Any] | None = None,
        initial_agent: str | None = None,
    ) -> AsyncHostedSession:
        """Change what its next messages are answered with; options that are None are kept.

        Args:
            model: The model.
            allowed_tools: Tools that it may use.
            disallowed_tools: Tools that it may not use.
            betas: Features of the model that are not general yet.
            subagents: Further agents by name.
            initial_agent: Which of them begins.
        """
        body = {
            "model": model,
            "allowedTools": allowed_tools,
            "disallowedTools": disallowed_tools,
            "betas": betas,
            "subagents": subagents,
            "initialAgent": initial_agent,
        }
        return self._take((await self._request("patch_api_sessions_id_config", body=given(body)))["session"])

    async def messages(self, *, limit: int | None = None, after: int | None = None) -> list[SessionMessage]:
        """Return its history, oldest first.

        Args:
            limit: At most this many, up to 1,000; 100 by default.
            after: Only those with a higher number.
        """
        answer = await self._request("get_api_sessions_id_messages", query={"limit": limit, "after": after})
        return [record_of(SessionMessage, one) for one in answer["messages"]]

    async def events(
        self, *, limit: int | None = None, after: int | None = None, event_type: str | None = None
    ) -> list[SessionEvent]:
        """Return what has happened in it, oldest first.

        Args:
            limit: At most this many, up to 1,000; 200 by default.
            after: Only those with a higher number.
            event_type: Only those of this type, such as `tool_start`.
        """
        query = {"limit": limit, "after": after, "type": event_type}
        answer = await self._request("get_api_sessions_id_events", query=query)
        return [record_of(SessionEvent, one) for one in answer["events"]]

    async def logs(self, *, after: int | None = None) -> list[LogLine]:
        """Return the log of the agent's process, at most 10,000 lines.

        Args:
            after: Only lines with a higher index.
        """
        answer = await self._request("get_api_sessions_id_logs", query={"after": after})
        return [record_of(LogLine, one) for one in answer["logs"]]

    async def exec(self, command: str, timeout: float | None = None) -> ExecResult:
        """Run `sh -c COMMAND` in the workspace, beside the agent.

        Args:
            command: The command.
            timeout: Seconds after which it is killed, up to 300; its exit code is 1 then. By default 30.

        Raises:
            BadRequestError: If the session is not active.
        """
        body = given({"command": command, "timeout": milliseconds(timeout)})
        transport = patient(self._transport, timeout or _EXEC_SECONDS)
        outgoing = resource("post_api_sessions_id_exec", {"id": self.id}, body=body)
        return record_of(ExecResult, await transport.request(outgoing))

    async def files(self, *, include_hidden: bool = True) -> list[AgentFile]:
        """Return the files of the workspace, without version control, packages and caches of compilers.

        Args:
            include_hidden: Whether files of virtual environments, caches and temporary folders are listed.
        """
        answer = await self._request("get_api_sessions_id_files", query={"includeHidden": include_hidden})
        return [record_of(AgentFile, one) for one in answer["files"]]

    async def read(self, path: str) -> bytes:
        """Return the content of a file of the workspace.

        Raises:
            NotFoundError: If there is no such file.
        """
        return await self._transport.request_bytes(
            resource("get_api_sessions_id_files_path", {"id": self.id, "path": path})
        )

    async def write(self, files: Mapping[str, str | bytes], *, target: str | None = None) -> list[WrittenFile]:
        """Write files of the workspace; the outcome of each says whether it was written.

        Args:
            files: Text or bytes by path.
            target: The folder that the paths are relative to; by default the workspace.
        """
        body = given({"files": sent_files(files), "targetPath": target})
        answer = await self._request("post_api_sessions_id_files", body=body)
        return [record_of(WrittenFile, one) for one in answer["files"]]

    async def delete(self, path: str) -> None:
        """Delete a file of the workspace.

        Raises:
            NotFoundError: If there is no such file.
        """
        await self._transport.request(resource("delete_api_sessions_id_files_path", {"id": self.id, "path": path}))

    async def download_workspace(self) -> bytes:
        """Return the workspace as a tar archive that is compressed by gzip."""
        return await self._patient().request_bytes(resource("get_api_sessions_id_workspace", {"id": self.id}))

    async def upload_workspace(self, source: str | os.PathLike[str] | bytes) -> None:
        """Unpack an archive into the workspace.

        Args:
            source: A folder, a `.tar.gz` file, or the bytes of such an archive.
        """
        body = {"bundle": folder_bundle(source)}
        await self._patient().request(resource("post_api_sessions_id_workspace", {"id": self.id}, body=body))

    async def attachments(self) -> list[Attachment]:
        """Return its attachments, oldest first."""
        answer = await self._request("get_api_sessions_id_attachments")
        return [record_of(Attachment, one) for one in answer["attachments"]]

    async def attach(
        self, filename: str, content: str | bytes, *, mime_type: str | None = None, message_id: str | None = None
    ) -> Attachment:
        """Store a file with the session, and write it to `attachments/` of the workspace.

        Args:
            filename: Its name, without folders.
            content: Text, which is stored as UTF-8, or bytes.
            mime_type: Its media type; `application/octet-stream` by default.
            message_id: The message that it belongs to.
        """
        [file] = sent_files({filename: content})
        body = {"filename": filename, "content": file["content"], "mimeType": mime_type, "messageId": message_id}
        answer = await self._request("post_api_sessions_id_attachments", body=given(body))
        return record_of(Attachment, answer["attachment"])

    async def usage(self) -> list[UsageEvent]:
        """Return what its turns have used, newest first, at most 1,000 events."""
        outgoing = resource("get_api_usage", query={"sessionId": self.id, "limit": 1000})
        return [record_of(UsageEvent, one) for one in (await self._transport.request(outgoing))["events"]]

    def _stream(self, outgoing: Outgoing, event_timeout: float | None) -> AsyncTurnStream:
        # A session whose process starts again for this message takes as long as a new one.
        return AsyncTurnStream(self.id, turn_events(self._transport, self.id, outgoing, event_timeout))

    async def _change(self, operation: str) -> AsyncHostedSession:
        return self._take((await self._patient().request(resource(operation, {"id": self.id})))["session"])

    def _patient(self) -> AsyncRetryTransport:
        """Return a transport that waits for sandboxes to start, or for a workspace to be saved."""
        return patient(self._transport, CREATION_SECONDS)

    async def _request(
        self, operation: str, *, query: Mapping[str, object] | None = None, body: Mapping[str, object] | None = None
    ) -> Any:
        return await self._transport.request(resource(operation, {"id": self.id}, query, body))
