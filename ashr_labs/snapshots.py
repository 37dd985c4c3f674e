"""Agent snapshots, which are versions of an agent's files: how they are referred to, and what they require."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from ._json import preview
from ._records import Record
from .errors import ConfigurationError

__all__ = ["LATEST", "AgentAuth", "AgentSnapshot", "ConfigFile", "SnapshotReference"]

LATEST: Final = "latest"
"""The tag that always means the newest snapshot."""
_NAME: Final = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
_ID: Final = re.compile("snap_([1-9][0-9]{0,17})")
_DIGEST: Final = re.compile("sha256:[0-9a-f]{64}")
_NAMED: Final = re.compile(f"({_NAME})(?:@([1-9][0-9]{{0,8}})|:({_NAME}))?")


@dataclass(frozen=True, slots=True)
class SnapshotReference:
    """A reference to a snapshot: an id, a digest, or a name with a version, with a tag, or alone.

    Examples:
        >>> SnapshotReference.parse("support@3")
        SnapshotReference(name='support', version=3, tag=None, id=None, digest=None)
        >>> print(SnapshotReference.parse("support:latest"))
        support
    """

    name: str | None = None
    version: int | None = None
    tag: str | None = None
    id: int | None = None
    """The number in the id `snap_N`."""
    digest: str | None = None

    @classmethod
    def parse(cls, text: str) -> SnapshotReference:
        """Read a reference.

        Raises:
            ConfigurationError: It has none of the forms.
        """
        if found := _ID.fullmatch(text):
            return cls(id=int(found[1]))
        if _DIGEST.fullmatch(text):
            return cls(digest=text)
        found = _NAMED.fullmatch(text)
        if found is None:
            raise ConfigurationError(
                "a snapshot must be given as NAME, NAME@VERSION, NAME:TAG, snap_N or sha256:DIGEST, "
                f"got {preview(text)}"
            )
        tag = None if found[3] == LATEST else found[3]
        return cls(found[1], version=int(found[2]) if found[2] else None, tag=tag)

    @property
    def is_fixed(self) -> bool:
        """Whether it always means the same snapshot; newer uploads do not change it."""
        return self.id is not None or self.version is not None

    def __str__(self) -> str:
        if self.id is not None:
            return f"snap_{self.id}"
        if self.version is not None:
            return f"{self.name}@{self.version}"
        return self.digest or (f"{self.name}:{self.tag}" if self.tag else self.name or "")


@dataclass
class ConfigFile(Record):
    """A file that is written before an agent starts."""

    path: str = ""
    """Relative to the agent's files, or `~/...` in its home folder."""
    template: str = ""
    """Its content, in which `{{ secrets.NAME }}` is replaced."""


@dataclass
class AgentAuth(Record):
    """The variables and files with credentials that an agent needs."""

    required_env: list[str] = field(default_factory=list[str])
    """Names of variables."""
    config_files: list[ConfigFile] = field(default_factory=list[ConfigFile])
    egress: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Hosts that it reaches, by purpose; stored, and not enforced: the spec of a sandbox decides."""


@dataclass
class AgentSnapshot(Record):
    """A version of an agent's files."""

    id: str = ""
    """Such as `snap_7`."""
    name: str = ""
    version: int = 0
    """Counts up from 1 for each name."""
    tag: str = ""
    """The first of its tags by alphabet; empty if it has none."""
    digest: str = ""
    """`sha256:...` of the paths, contents, links and executable bits of its files."""
    size_bytes: int = 0
    """Of the archive."""
    storage_path: str = ""
    """`/agents/NAME/vVERSION`."""
    runtime: str = ""
    """Such as `python3.12`; empty for whatever the sandbox has."""
    entrypoint: list[str] = field(default_factory=list[str])
    """A program and its arguments."""
    auth: AgentAuth | None = None
    created_at: str = ""
    """ISO 8601."""
    tags: list[str] = field(default_factory=list[str])
    """All of its tags."""
