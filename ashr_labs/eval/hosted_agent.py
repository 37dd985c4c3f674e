"""Deployed agents under test: each scenario is a conversation in a session of its own."""

from __future__ import annotations

import inspect
import shlex
from typing import TYPE_CHECKING, Any

from .._json import as_object, preview
from ..errors import AshrLabsError, ConfigurationError
from ..sandboxes import CommandResult, FileState, StateDiff, StateSnapshot
from ..specs import parse_duration
from .agents import AgentReply
from .current import CURRENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Self

    from ..client._sync import AshrLabsClient
    from ..client._sync._hosted_sessions import HostedSession
    from ..hosting import HostedReply, HostedToolCall

__all__ = ["HostedAgent", "SessionEnvironment"]

_SKIPPED = (".git", "node_modules", "__pycache__", ".venv")
_LIST_SECONDS = 60.0
_COMMAND_SECONDS = 300.0
"""The most that a session allows."""


class HostedAgent:
    """A deployed agent, for `EvalRunner`, `Eval` and `ashr-labs eval`.

    Each scenario is played in a session of its own, which is ended afterwards; `max_workers` of them are played at the
    same time. A message is a turn: the calls of tools with their results and the usage are those of the turn, and the
    test has the files that the agent changed. Invariants of a scenario look at the workspace of its session. Outside
    of a run, `respond()` talks to one session, which `reset()` and `close()` end.

    Args:
        client: The client of the platform.
        agent: The name of the deployed agent.
        session: A prepared session, or its id: each scenario continues a fork of it, with its files and messages.
        turn: Options of each turn, those of `HostedSession.stream()`, such as `max_turns`.
        **options: Options of each new session, those of `client.hosting.create_session()`, such as `model`.

    Raises:
        ConfigurationError: If the client is asynchronous, or if options are given for forks of a session.

    Example:
        >>> agent = HostedAgent(client, "my-agent", model="claude-sonnet-5")  # doctest: +SKIP
        >>> run = EvalRunner(dataset).run(agent, max_workers=4)  # doctest: +SKIP
    """

    def __init__(
        self,
        client: AshrLabsClient,
        agent: str,
        *,
        session: HostedSession | str | None = None,
        turn: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        if inspect.iscoroutinefunction(client.hosting.deploy):
            raise ConfigurationError(f"HostedAgent needs an AshrLabsClient, got {preview(client)}")
        if session is not None and options:
            raise ConfigurationError(
                f"{', '.join(options)} cannot be set for forks of a session; set it where that session is created"
            )
        self.agent = agent
        """The name of the deployed agent."""
        self.model = options.get("model")
        """The model of its sessions, if one was chosen."""
        self._client = client
        self._prepared = session if session is None or isinstance(session, str) else session.id
        self._turn = dict(turn or {})
        self._options = options
        self._session: HostedSession | None = None

    def __repr__(self) -> str:
        return f"HostedAgent({self.agent!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def respond(self, message: str) -> AgentReply:
        """Send a message, and return the reply when the turn has ended.

        Raises:
            TurnFailedError: If the agent failed.
        """
        return _reply(self._current().send(message, **self._turn))

    def reset(self) -> None:
        """End the conversation; the next message begins another one."""
        self.close()

    def clone(self) -> HostedAgent:
        """Return the same agent with conversations of its own."""
        return HostedAgent(self._client, self.agent, session=self._prepared, turn=self._turn, **self._options)

    def close(self) -> None:
        """End the session of the conversation, if there is one."""
        session, self._session = self._session, None
        if session is not None:
            session.end()

    def open_environment(self) -> SessionEnvironment:
        """Return a new session as the environment of a scenario; `EvalRunner` calls it."""
        return SessionEnvironment(self._opened())

    def _current(self) -> HostedSession:
        """Return the session of the scenario that is being played, else that of this object."""
        environment = CURRENT.get()
        if isinstance(environment, SessionEnvironment):
            return environment.session
        if self._session is None:
            self._session = self._opened()
        return self._session

    def _opened(self) -> HostedSession:
        if self._prepared is None:
            return self._client.hosting.create_session(self.agent, **self._options)
        fork = self._client.hosting.session(self._prepared).fork()
        try:
            return fork.resume()
        except BaseException:
            fork.end()
            raise


class SessionEnvironment:
    """The workspace of a session, as the environment of a scenario."""

    def __init__(self, session: HostedSession) -> None:
        self.session = session
        """The session."""
        self.session_id = session.id
        """Its id."""
        try:
            self._before = self.get_state().files
        except BaseException:
            session.end()
            raise

    def __repr__(self) -> str:
        return f"SessionEnvironment({self.session.id!r})"

    def exec(self, command: str, timeout: float | str | None = None) -> CommandResult:
        """Run `sh -c COMMAND` in the workspace.

        Args:
            command: The command.
            timeout: Seconds, or a duration such as `30s`, up to 5 minutes.
        """
        seconds = parse_duration(timeout, name="timeout") if isinstance(timeout, str) else timeout
        done = self.session.exec(command, min(seconds or _COMMAND_SECONDS, _COMMAND_SECONDS))
        return CommandResult(command, done.stdout, done.stderr, done.exit_code, duration_ms=0)

    def read(self, path: str) -> bytes:
        """Return the content of a file."""
        return self.session.read(path)

    def get_state(self) -> StateSnapshot:
        """Return the files of the workspace with their checksums, without repositories, packages and caches.

        Raises:
            AshrLabsError: They cannot be listed.
        """
        names = " -o ".join(f"-name {shlex.quote(name)}" for name in _SKIPPED)
        found = f"find . -type d \\( {names} \\) -prune -o -type f"
        command = f"{found} -printf '%s %m %P\\0'; printf '\\0'; {found} -print0 | xargs -0r sha256sum -z --"
        done = self.session.exec(command, _LIST_SECONDS)
        if done.exit_code:
            raise AshrLabsError(f"the files of the session {self.session.id} cannot be listed: {done.stderr[:500]}")
        listed, _, summed = done.stdout.partition("\0\0")
        sums = {path.removeprefix("./"): checksum for checksum, path in _split(summed, 2)}
        files = {
            path: FileState(int(size), f"100{int(mode, 8):03o}", f"sha256:{sums[path]}" if path in sums else "")
            for size, mode, path in _split(listed, 3)
        }
        return StateSnapshot("", files)

    def diff(self) -> StateDiff:
        """Return the files that differ from when the scenario began."""
        before, now = self._before, self.get_state().files
        return StateDiff(
            added=sorted(now.keys() - before.keys()),
            removed=sorted(before.keys() - now.keys()),
            modified=sorted(path for path in now.keys() & before.keys() if now[path] != before[path]),
        )

    def destroy(self) -> None:
        """End the session; its history stays."""
        self.session.end()


def _split(listed: str, parts: int) -> Iterator[list[str]]:
    """Yield the columns of each line of a list of files."""
    for line in listed.split("\0"):
        if line:
            columns = line.split(maxsplit=parts - 1)
            yield columns if len(columns) == parts else [*columns, ""]


def _reply(reply: HostedReply) -> AgentReply:
    usage = {**reply.usage, **({} if reply.cost_usd is None else {"cost_usd": reply.cost_usd})}
    calls = [_call(call) for call in reply.tool_calls]
    if reply.output is None:
        return AgentReply(reply.text, calls, usage or None)
    return AgentReply(reply.text, calls, usage or None, reply.output)


def _call(call: HostedToolCall) -> dict[str, Any]:
    """Return a call of a tool as a reply has it."""
    arguments = as_object(call.input)
    outcome = {"error" if call.is_error else "result": call.result}
    return {"name": call.name, "arguments": {"input": call.input} if arguments is None else dict(arguments), **outcome}
