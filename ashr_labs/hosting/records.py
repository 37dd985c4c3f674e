"""Records of deployed agents and their sessions, with attributes in snake case."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

from .blocks import blocks_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from _typeshed import DataclassInstance

__all__ = [
    "AgentFile",
    "AgentVersion",
    "Attachment",
    "Credential",
    "DeployedAgent",
    "ExecResult",
    "LogLine",
    "QueueItem",
    "QueueStats",
    "SessionEvent",
    "SessionMessage",
    "UsageEvent",
    "UsageStats",
    "WrittenFile",
    "record_of",
]

_T = TypeVar("_T", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class DeployedAgent:
    """A deployed agent, in its newest version."""

    name: str
    version: int
    """Counts the deployments of this name, from 1."""
    id: str = ""
    path: str = ""
    created_at: str = ""
    """In ISO 8601, as all times of these records."""
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class AgentVersion:
    """A version of a deployed agent."""

    agent_name: str
    version_number: int
    id: str = ""
    name: str = ""
    """Your name for it."""
    is_active: bool = False
    """Whether new sessions use it."""
    system_prompt: str | None = None
    release_notes: str | None = None
    files: Sequence[str] = ()
    """The paths of its files; empty in lists."""
    created_at: str = ""
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class AgentFile:
    """A file of an agent or of a workspace."""

    path: str
    size: int
    """In bytes."""
    modified_at: str = ""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """The outcome for one file of an upload."""

    path: str
    written: bool
    size: int = 0
    """In bytes."""
    error: str = ""
    """The reason if it was not written."""


@dataclass(frozen=True, slots=True)
class SessionMessage:
    """A message of a session's history."""

    id: str
    role: str
    """`user` or `assistant`."""
    content: Any
    """The message as the agent sent it, such as `{"type": "assistant", "message": ...}`."""
    sequence: int
    """Its number in the session."""
    created_at: str = ""

    @property
    def text(self) -> str:
        """Its text, without reasoning and calls of tools."""
        return "".join(str(block["text"]) for block in blocks_of(self.content) if block.get("text"))


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """Something that happened in a session."""

    id: str
    type: str
    """Such as `lifecycle`, `tool_start`, `tool_result`, `text`, `error` or `turn_complete`."""
    sequence: int
    """Its number in the session."""
    data: Any = None
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log of an agent's process."""

    index: int
    level: str
    """`stderr`, or `system` for a line that is not from a stream."""
    text: str
    ts: str = ""
    """When it was printed."""
    severity: str = ""
    """Of a line of `system`, such as `info` or `error`."""


@dataclass(frozen=True, slots=True)
class ExecResult:
    """The exit code and the output of a command in a workspace."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a session."""

    id: str
    session_id: str
    filename: str
    mime_type: str
    size: int
    """In bytes."""
    message_id: str = ""
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class Credential:
    """A stored key, without the key itself."""

    id: str
    type: str
    """`anthropic`, `openai`, `bedrock` or `custom`."""
    label: str = ""
    active: bool = True
    created_at: str = ""
    last_used_at: str | None = None


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A prompt that waits for an agent, or has been answered."""

    id: str
    agent_name: str
    prompt: str
    status: str
    """`pending`, `processing`, `completed`, `failed` or `cancelled`."""
    priority: int = 0
    retry_count: int = 0
    max_retries: int = 0
    session_id: str | None = None
    """The session that answers it."""
    error: str | None = None
    """Why the last attempt failed."""
    result: str | None = None
    """The text of the answer."""
    trace_id: str | None = None
    """The trace of the turn that answered."""
    created_at: str = ""
    started_at: str | None = None
    completed_at: str | None = None


@dataclass(frozen=True, slots=True)
class QueueStats:
    """How many items of the queue there are of each status."""

    pending: int = 0
    processing: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class UsageEvent:
    """An amount that a session has used."""

    id: str
    session_id: str
    agent_name: str
    event_type: str
    """Such as `input_tokens`, `output_tokens`, `tool_call` or `message`."""
    value: float
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class UsageStats:
    """The totals of usage events."""

    total_input_tokens: float = 0
    total_output_tokens: float = 0
    total_cache_creation_tokens: float = 0
    total_cache_read_tokens: float = 0
    total_tool_calls: float = 0
    total_messages: float = 0
    total_compute_seconds: float = 0
    total_cost_usd: float | None = None
    """US dollars, of the turns whose cost is known; None if there are none."""


def record_of(kind: type[_T], record: Mapping[str, Any]) -> _T:
    """Return a dataclass with the fields of a record of the platform, whose keys are in camel case.

    Unknown fields are left out, and absent ones have their defaults; JSON in the texts `content` and `data` is parsed.

    Example:
        >>> record_of(AgentFile, {"path": "CLAUDE.md", "size": 9, "modifiedAt": "2026-11-21T09:30:00Z", "new": 1})
        AgentFile(path='CLAUDE.md', size=9, modified_at='2026-11-21T09:30:00Z')
    """
    given = {one.name: record[key] for one in fields(kind) if (key := _camel(one.name)) in record}
    for name in given.keys() & {"content", "data"}:
        given[name] = _parsed(given[name])
    return kind(**given)


def _camel(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found[1].upper(), name)


def _parsed(value: Any) -> Any:
    try:
        return json.loads(value)
    except (TypeError, ValueError, RecursionError):
        return value
