"""Values about sandboxes: results of commands, services, and the state of a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CommandResult",
    "FileState",
    "QueryResult",
    "RuleResult",
    "SandboxFindings",
    "SandboxService",
    "ServiceRequest",
    "StateDiff",
    "StateSnapshot",
]


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The exit code and the output of a command."""

    command: str
    stdout: str
    stderr: str
    exit_code: int
    """124 if it ran out of time, 128 + N if signal N ended it."""
    duration_ms: int
    timed_out: bool = False
    truncated: bool = False
    """Whether more was printed than is here."""


@dataclass(frozen=True, slots=True)
class SandboxService:
    """A service that runs in a sandbox."""

    host: str
    port: int
    ready: bool


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of a workspace."""

    size: int
    mode: str
    """Type and permissions in octal, such as `100644`."""
    checksum: str
    """`sha256:...` of the content, `link:TARGET`, or empty if it cannot be read."""


@dataclass(frozen=True, slots=True)
class StateSnapshot:
    """The files of a workspace at one time."""

    captured_at: str
    files: Mapping[str, FileState] = field(default_factory=dict[str, FileState])
    """By path."""
    unreadable: int = 0
    """Files and folders that could not be read."""


@dataclass(frozen=True, slots=True)
class StateDiff:
    """Paths that differ from when a sandbox became ready, sorted."""

    added: list[str]
    removed: list[str]
    modified: list[str]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """The result of a rule of a spec's `forbidden`."""

    rule: str
    violated: bool
    details: str
    """Each violation; empty if there is none."""


@dataclass(frozen=True, slots=True)
class SandboxFindings:
    """The rules that were broken in a sandbox, and what was done in it."""

    rules: list[RuleResult]
    audit: Mapping[str, Any]
    """The records that the spec asks for in `audit`."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The rows that a query to a service returned."""

    columns: list[str]
    """Names of the columns; empty if there is no row."""
    rows: list[list[Any]]
    """Values as JSON, row by row in the order of the columns; None is NULL."""


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A request that an HTTP mock got."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)
    """By lower-case names."""
    body: str = field(repr=False)
    """Its first 65,536 characters."""
    status: int
    """Of the answer."""
    time: float
    """Seconds since the epoch."""
