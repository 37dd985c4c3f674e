"""Deployed agents, their sessions, and what belongs to them."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from ...errors import PollTimeoutError
from ...hosting.records import Credential, QueueItem, QueueStats, UsageEvent, UsageStats, record_of
from .._hosting import given
from .._outgoing import resource
from .._retry import PollSchedule
from ._deployments import DeploymentMethods
from ._hosted_sessions import HostedSession
from ._sandboxes import CREATION_SECONDS, patient

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from ...hosting import TurnEvent
    from ._turns import TurnStream

__all__ = ["HostingMethods"]

_QUEUE_SECONDS = 600.0
_MAX_INTERVAL = 5.0
_WAITING = frozenset(("pending", "processing"))


class HostingMethods(DeploymentMethods):
    """Deployed agents of the tenant: `client.hosting`.

    Example:
        >>> client.hosting.deploy("my-agent", system_prompt="Answer briefly.")  # doctest: +SKIP
        >>> session = client.hosting.create_session("my-agent")  # doctest: +SKIP
        >>> (session.send("Hello!")).text  # doctest: +SKIP
        'Hello! How can I help?'
    """

    def create_session(
        self,
        agent: str,
        *,
        credential_id: str | None = None,
        extra_env: Mapping[str, str] | None = None,
        model: str | None = None,
        system_prompt: str | None = None,
        permission_mode: str | None = None,
        allowed_tools: Sequence[str] | None = None,
        disallowed_tools: Sequence[str] | None = None,
        mcp_servers: Mapping[str, Any] | None = None,
        betas: Sequence[str] | None = None,
        subagents: Mapping[str, Any] | None = None,
        initial_agent: str | None = None,
    ) -> HostedSession:
        """Create a session of a deployed agent, and return it when its process runs.

        Args:
            agent: The name of the agent.
            credential_id: A stored key, which becomes a variable of the process.
            extra_env: Variables of the process.
            model: The model.
            system_prompt: The instructions, in place of those of the agent.
            permission_mode: `bypassPermissions`, `permissionsByAgent` or `default`.
            allowed_tools: Tools that it may use.
            disallowed_tools: Tools that it may not use.
            mcp_servers: Servers of tools by name.
            betas: Features of the model that are not general yet.
            subagents: Further agents by name.
            initial_agent: Which of them begins.

        Raises:
            NotFoundError: If there is no such agent.
            ServerError: If the platform has no free place (503), or no engine (501).
        """
        body = {
            "agent": agent,
            "credentialId": credential_id,
            "extraEnv": extra_env,
            "model": model,
            "systemPrompt": system_prompt,
            "permissionMode": permission_mode,
            "allowedTools": allowed_tools,
            "disallowedTools": disallowed_tools,
            "mcpServers": mcp_servers,
            "betas": betas,
            "subagents": subagents,
            "initialAgent": initial_agent,
        }
        transport = patient(self._transport, CREATION_SECONDS)
        answer = transport.request(resource("post_api_sessions", body=given(body)))
        return HostedSession(self._transport, answer["session"])

    def list_sessions(self, *, agent: str | None = None, status: str | None = None) -> list[HostedSession]:
        """Return the sessions, newest first.

        Args:
            agent: Only those of this agent.
            status: Only those with this status.
        """
        query = {"agent": agent, "status": status}
        answer = self._transport.request(resource("get_api_sessions", query=query))
        return [HostedSession(self._transport, one) for one in answer["sessions"]]

    def get_session(self, session_id: str) -> HostedSession:
        """Return a session.

        Raises:
            NotFoundError: If there is none with that id.
        """
        return self.session(session_id).refresh()

    def session(self, session_id: str) -> HostedSession:
        """Return a session without a request: only its id is set."""
        return HostedSession(self._transport, {"id": session_id})

    def stream(self, session: HostedSession | str, content: str, **options: Any) -> TurnStream:
        """Return the stream of a turn; entering it, or reading its first event, sends the message.

        Args:
            session: The session, or its id.
            content: The message.
            options: Those of `HostedSession.stream()`, such as `include_partial_messages`.

        Example:
            >>> with client.hosting.stream(session, "Hello!") as stream:  # doctest: +SKIP
            ...     for event in stream:
            ...         print(event.type)
            ...     print(stream.text)
        """
        return self._bound(session).stream(content, **options)

    def send_message_stream(self, session: HostedSession | str, content: str, **options: Any) -> Generator[TurnEvent]:
        """Send a message when the first event is asked for, and yield the events of the turn as they happen.

        Args:
            session: The session, or its id.
            content: The message.
            options: Those of `HostedSession.stream()`.
        """
        with self.stream(session, content, **options) as stream:
            yield from stream

    def get_attachment(self, attachment_id: str) -> bytes:
        """Return the content of an attachment.

        Raises:
            NotFoundError: If there is no such attachment.
        """
        return self._transport.request_bytes(resource("get_api_attachments_id", {"id": attachment_id}))

    def delete_attachment(self, attachment_id: str) -> None:
        """Delete an attachment.

        Raises:
            NotFoundError: If there is no such attachment.
        """
        self._transport.request(resource("delete_api_attachments_id", {"id": attachment_id}), None)

    def create_credential(self, kind: str, key: str, *, label: str | None = None) -> Credential:
        """Store a key, encrypted, for sessions that name it.

        Args:
            kind: `anthropic`, `openai` or `custom`: which variable of the process has it.
            key: The key, which no answer shows.
            label: Your name for it.
        """
        body = given({"type": kind, "key": key, "label": label})
        answer = self._transport.request(resource("post_api_credentials", body=body))
        return record_of(Credential, answer["credential"])

    def list_credentials(self) -> list[Credential]:
        """Return the stored keys, newest first, without the keys themselves."""
        answer = self._transport.request(resource("get_api_credentials"))
        return [record_of(Credential, one) for one in answer["credentials"]]

    def delete_credential(self, credential_id: str) -> None:
        """Delete a stored key.

        Raises:
            NotFoundError: If there is no such key.
        """
        self._transport.request(resource("delete_api_credentials_id", {"id": credential_id}), None)

    def enqueue(
        self,
        agent: str,
        prompt: str,
        *,
        session_id: str | None = None,
        priority: int | None = None,
        max_retries: int | None = None,
    ) -> QueueItem:
        """Add a prompt to the queue, and return at once.

        Args:
            agent: The name of the agent.
            prompt: The message.
            session_id: The session that answers it; by default a new one.
            priority: Higher ones first; 0 by default.
            max_retries: How often it is tried; 3 by default.
        """
        body = {
            "agentName": agent,
            "prompt": prompt,
            "sessionId": session_id,
            "priority": priority,
            "maxRetries": max_retries,
        }
        answer = self._transport.request(resource("post_api_queue", body=given(body)))
        return record_of(QueueItem, answer["item"])

    def list_queue(self, *, status: str | None = None, limit: int | None = None) -> list[QueueItem]:
        """Return the items of the queue, newest first.

        Args:
            status: Only those with this status.
            limit: At most this many, up to 500; 50 by default.
        """
        answer = self._transport.request(resource("get_api_queue", query={"status": status, "limit": limit}))
        return [record_of(QueueItem, one) for one in answer["items"]]

    def get_queue_item(self, item_id: str) -> QueueItem:
        """Return an item of the queue.

        Raises:
            NotFoundError: If there is no such item.
        """
        answer = self._transport.request(resource("get_api_queue_id", {"id": item_id}))
        return record_of(QueueItem, answer["item"])

    def wait_for_queue_item(
        self, item_id: str, *, poll_interval: float | None = None, timeout: float = _QUEUE_SECONDS
    ) -> QueueItem:
        """Return an item of the queue when it has been answered, has failed, or was cancelled: see its `status`.

        Args:
            item_id: The item.
            poll_interval: Seconds between polls; by default 50 ms at first, growing to 5 s.
            timeout: Maximum seconds to wait; the item stays in the queue afterwards.

        Raises:
            PollTimeoutError: If it is not answered in time.
        """
        schedule = PollSchedule(timeout, poll_interval, _MAX_INTERVAL)
        clock = self._transport.clock
        start = clock.now()
        for attempt in count():
            item = self.get_queue_item(item_id)
            if item.status not in _WAITING:
                return item
            delay = schedule.delay_after(attempt, clock.now() - start, clock.jitter())
            if delay is None:
                break
            clock.sleep(delay)
        raise PollTimeoutError(f"the item {item_id} of the queue was not answered after {timeout:g} s; it stays there")

    def cancel_queue_item(self, item_id: str) -> QueueItem:
        """Cancel an item of the queue.

        Raises:
            BadRequestError: If it is not pending.
        """
        answer = self._transport.request(resource("delete_api_queue_id", {"id": item_id}))
        return record_of(QueueItem, answer["item"])

    def queue_stats(self) -> QueueStats:
        """Return how many items there are of each status."""
        return record_of(QueueStats, (self._transport.request(resource("get_api_queue_stats")))["stats"])

    def usage(
        self,
        *,
        session_id: str | None = None,
        agent: str | None = None,
        after: str | None = None,
        before: str | None = None,
        limit: int | None = None,
    ) -> list[UsageEvent]:
        """Return what turns have used, newest first.

        Args:
            session_id: Only of this session.
            agent: Only of this agent.
            after: Only from this time on, in ISO 8601.
            before: Only up to this time, in ISO 8601.
            limit: At most this many, up to 1,000; 100 by default.
        """
        query = {"sessionId": session_id, "agentName": agent, "after": after, "before": before, "limit": limit}
        answer = self._transport.request(resource("get_api_usage", query=query))
        return [record_of(UsageEvent, one) for one in answer["events"]]

    def usage_stats(
        self,
        *,
        session_id: str | None = None,
        agent: str | None = None,
        after: str | None = None,
        before: str | None = None,
    ) -> UsageStats:
        """Return the totals of what turns have used; the arguments are those of `usage()`."""
        query = {"sessionId": session_id, "agentName": agent, "after": after, "before": before}
        answer = self._transport.request(resource("get_api_usage_stats", query=query))
        return record_of(UsageStats, answer["stats"])

    def _bound(self, session: HostedSession | str) -> HostedSession:
        return self.session(session) if isinstance(session, str) else session
