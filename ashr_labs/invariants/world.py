"""The environment that invariants are checked against: files, commands, services and the output of an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..errors import AshrLabsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..sandboxes import CommandResult, QueryResult, ServiceRequest, StateDiff

__all__ = ["InvariantJudge", "JudgedScore", "World", "WorldError", "WorldFileError"]


class WorldError(AshrLabsError):
    """The environment does not answer, so that an invariant cannot be checked."""


class WorldFileError(WorldError):
    """A file of the environment cannot be read."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code
        """`missing`, `large`, or `other`: it is not a regular file, or may not be read."""


class World(Protocol):
    """An environment after the agent is done.

    Every method raises `WorldError` if the environment does not answer.
    """

    @property
    def output(self) -> str:
        """The agent's last text."""
        ...

    @property
    def stdout(self) -> str:
        """The standard output of the agent's process; empty if it is not a process."""
        ...

    def read(self, path: str, *, limit: int) -> bytes:
        """Return the content of a file of the workspace.

        Raises:
            WorldFileError: It is not a regular file, or has more than `limit` bytes.
        """
        ...

    def run(self, command: str, *, timeout: float) -> CommandResult:
        """Run `sh -c COMMAND` in the workspace, for at most `timeout` seconds."""
        ...

    def query(self, service: str, query: str) -> QueryResult:
        """Return the rows of a query that changes nothing, by a SQL service."""
        ...

    def requests(self, service: str) -> Sequence[ServiceRequest]:
        """Return the requests that an HTTP mock has got since the environment was ready."""
        ...

    def changes(self) -> StateDiff:
        """Return the files that differ from when the environment was ready."""
        ...

    def masked(self, text: str) -> str:
        """Return text without the values of secrets."""
        ...


class JudgedScore(NamedTuple):
    """The score that a judge gives."""

    score: float
    """0..1."""
    reason: str = ""


class InvariantJudge(Protocol):
    """A judge of the final state of an environment."""

    def __call__(self, check: Mapping[str, Any], text: str) -> JudgedScore:
        """Return the score of what the agent left behind.

        Args:
            check: The check of the type `llm_as_judge`.
            text: The part that the judge sees, such as the changed files.

        Raises:
            NotJudgedError: There is none, for example because no model can be reached.
        """
        ...
