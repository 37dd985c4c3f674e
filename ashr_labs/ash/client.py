"""The client of `ash-ai-sdk`: its methods, on the transport of this package."""

from __future__ import annotations

from contextlib import aclosing, closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ashr_labs_api.models import AshAgent as Agent
from ashr_labs_api.models import AshSession as Session

from .._environment import check_secret, check_url
from .._secret import Secret
from ..client._hosting import folder_files, given
from ..client._options import Options, Timeout
from ..client._outgoing import resource
from ..client._retry import AsyncClock, SyncClock
from ..client._session import SessionCache
from ..errors import AshrLabsError, ConfigurationError
from .errors import as_api_error
from .streaming import event_of

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
    from types import TracebackType
    from typing import Self
    from uuid import UUID

    from ..client._async._transport import AsyncRetryTransport
    from ..client._outgoing import Outgoing
    from ..client._sync._transport import SyncRetryTransport
    from .streaming import AshEvent

__all__ = ["AshClient"]


class AshClient:
    """Deploys agents, and talks to them in sessions.

    Args:
        base_url: The URL of the platform.
        token: The API key.
        timeout: Seconds for each network operation; a turn may take longer.
        server_url: Another name of `base_url`.
        api_key: Another name of `token`.

    Example:
        >>> client = AshClient("http://localhost:8787", token="tp_...")
        >>> client.base_url
        'http://localhost:8787'
    """

    def __init__(
        self,
        base_url: str | None = None,
        token: str | None = None,
        *,
        timeout: float = 300.0,
        server_url: str | None = None,
        api_key: str | None = None,
    ) -> None:
        """Create a client; nothing is sent yet.

        Raises:
            ConfigurationError: There is no URL, or an option is malformed.
        """
        url = base_url or server_url
        if not url:
            raise ConfigurationError("no URL: pass base_url=, such as http://localhost:8787")
        key = Secret(check_secret(token or api_key or "", setting="token"))
        self._options = Options(key, check_url(url, setting="base_url").rstrip("/"), Timeout(timeout))

    @property
    def base_url(self) -> str:
        """The URL of the platform, without a slash at its end."""
        return self._options.base_url

    @property
    def token(self) -> str | None:
        """The API key; its `repr` is masked."""
        return self._options.api_key or None

    @property
    def timeout(self) -> float:
        """Seconds for each network operation."""
        return self._options.timeout.default

    def health(self) -> dict[str, Any]:
        """Return the health of the platform; it needs no key."""
        answer: dict[str, Any] = self._ask(resource("get_health"))
        return answer

    def deploy_agent(self, name: str, path: str | os.PathLike[str]) -> Agent:
        """Deploy an agent: its files, if `path` is a folder here, or else a folder of the platform.

        Args:
            name: Letters, digits, `_` and `-`.
            path: The folder of the agent.

        Raises:
            AshApiError: The platform refuses it.
            ConfigurationError: The folder cannot be packed.
        """
        body = {"name": name, **({"files": folder_files(path)} if Path(path).is_dir() else {"path": str(path)})}
        return Agent.from_dict(self._ask(resource("post_api_agents", body=body))["agent"])

    def list_agents(self) -> list[Agent]:
        """Return the deployed agents by name."""
        return [Agent.from_dict(one) for one in self._ask(resource("get_api_agents"))["agents"]]

    def get_agent(self, name: str) -> Agent:
        """Return a deployed agent."""
        return Agent.from_dict(self._ask(resource("get_api_agents_name", {"name": name}))["agent"])

    def delete_agent(self, name: str) -> None:
        """Delete a deployed agent; its sessions stay."""
        self._ask(resource("delete_api_agents_name", {"name": name}))

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
    ) -> Session:
        """Create a session of a deployed agent; options that are None are not sent.

        Args:
            agent: The name of the agent.
            credential_id: A stored key.
            extra_env: Variables of its process.
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
            AshApiError: The platform refuses it.
        """
        options = {
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
        return self._session(resource("post_api_sessions", body=given(options)))

    def list_sessions(self, *, agent: str | None = None, status: str | None = None) -> list[Session]:
        """Return the sessions, newest first.

        Args:
            agent: Only those of this agent.
            status: Only those with this status.
        """
        answer = self._ask(resource("get_api_sessions", query={"agent": agent, "status": status}))
        return [Session.from_dict(one) for one in answer["sessions"]]

    def get_session(self, session_id: str | UUID) -> Session:
        """Return a session."""
        return self._session(resource("get_api_sessions_id", {"id": session_id}))

    def pause_session(self, session_id: str | UUID) -> Session:
        """Pause a session; its process waits."""
        return self._session(resource("post_api_sessions_id_pause", {"id": session_id}))

    def resume_session(self, session_id: str | UUID) -> Session:
        """Make a session active again."""
        return self._session(resource("post_api_sessions_id_resume", {"id": session_id}))

    def stop_session(self, session_id: str | UUID) -> Session:
        """End the process of a session, which can be resumed."""
        return self._session(resource("post_api_sessions_id_stop", {"id": session_id}))

    def fork_session(self, session_id: str | UUID) -> Session:
        """Return a new session, paused, with the files and messages of another one."""
        return self._session(resource("post_api_sessions_id_fork", {"id": session_id}))

    def end_session(self, session_id: str | UUID) -> Session:
        """End a session; its history stays."""
        return self._session(resource("delete_api_sessions_id", {"id": session_id}))

    def send_message_stream(
        self,
        session_id: str | UUID,
        content: str,
        *,
        include_partial_messages: bool = False,
        model: str | None = None,
        max_turns: int | None = None,
        max_budget_usd: float | None = None,
        effort: str | None = None,
        thinking: Mapping[str, Any] | None = None,
        output_format: Mapping[str, Any] | None = None,
    ) -> Generator[AshEvent]:
        """Send a message, and yield the events of the turn as they happen; a stream that breaks off is resumed.

        Args:
            session_id: The session.
            content: The message.
            include_partial_messages: Whether texts come in parts as well.
            model: The model of this turn.
            max_turns: The most steps that the agent takes.
            max_budget_usd: The most that the turn may cost.
            effort: `low`, `medium`, `high` or `max`.
            thinking: How much the model thinks: `type` and `budgetTokens`.
            output_format: The format of the answer: `type` and `schema`.

        Raises:
            AshApiError: The platform refuses the message.
            StreamInterruptedError: The stream stops before the end of the turn, and cannot be resumed.
        """
        options = {
            "content": content,
            "includePartialMessages": include_partial_messages or None,
            "model": model,
            "maxTurns": max_turns,
            "maxBudgetUsd": max_budget_usd,
            "effort": effort,
            "thinking": thinking,
            "outputFormat": output_format,
        }
        return self._turn(str(session_id), given(options))

    def asend_message_stream(
        self,
        session_id: str | UUID,
        content: str,
        *,
        include_partial_messages: bool = False,
        model: str | None = None,
        max_turns: int | None = None,
        max_budget_usd: float | None = None,
        effort: str | None = None,
        thinking: Mapping[str, Any] | None = None,
        output_format: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[AshEvent]:
        """Do the same as `send_message_stream` for `async for`."""
        options = {
            "content": content,
            "includePartialMessages": include_partial_messages or None,
            "model": model,
            "maxTurns": max_turns,
            "maxBudgetUsd": max_budget_usd,
            "effort": effort,
            "thinking": thinking,
            "outputFormat": output_format,
        }
        return self._aturn(str(session_id), given(options))

    def close(self) -> None:
        """Close the connections; the client can be used again."""
        transport: SyncRetryTransport | None = self.__dict__.pop("_transport", None)
        if transport is not None:
            transport.pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"AshClient(base_url={self.base_url!r}, token={self._options.api_key!r})"

    @cached_property
    def _transport(self) -> SyncRetryTransport:
        # Function-level imports: they load the network library.
        from ..client._sync._pool import SyncPool  # noqa: PLC0415
        from ..client._sync._transport import SyncRetryTransport  # noqa: PLC0415

        return SyncRetryTransport(self._options, SyncPool(self._options), SyncClock(), _session_cache())

    @cached_property
    def _async_transport(self) -> AsyncRetryTransport:
        from ..client._async._pool import AsyncPool  # noqa: PLC0415 - as above
        from ..client._async._transport import AsyncRetryTransport  # noqa: PLC0415

        return AsyncRetryTransport(self._options, AsyncPool(self._options), AsyncClock(), _session_cache())

    def _ask(self, outgoing: Outgoing) -> Any:
        with _api_errors():
            return self._transport.request(outgoing)

    def _session(self, outgoing: Outgoing) -> Session:
        return Session.from_dict(self._ask(outgoing)["session"])

    def _turn(self, session_id: str, body: Mapping[str, Any]) -> Generator[AshEvent]:
        from ..client._sync._turns import turn_events  # noqa: PLC0415 - as above

        outgoing = resource("post_api_sessions_id_messages", {"id": session_id}, body=body)
        with _api_errors(), closing(turn_events(self._transport, session_id, outgoing)) as events:
            for event in events:
                yield event_of(event.type, event.data)

    async def _aturn(self, session_id: str, body: Mapping[str, Any]) -> AsyncGenerator[AshEvent]:
        from ..client._async._turns import turn_events  # noqa: PLC0415 - as above

        outgoing = resource("post_api_sessions_id_messages", {"id": session_id}, body=body)
        with _api_errors():
            async with aclosing(turn_events(self._async_transport, session_id, outgoing)) as events:
                async for event in events:
                    yield event_of(event.type, event.data)


@contextmanager
def _api_errors() -> Generator[None]:
    try:
        yield
    except AshrLabsError as error:
        raise as_api_error(error) from error


def _session_cache() -> SessionCache:
    session = SessionCache()
    session.reported = {"capabilities": {"idempotency_keys": True}}  # so that no call asks the platform for them
    return session


AshClient.__module__ = "ashr_labs.ash"
