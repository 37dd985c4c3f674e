"""Requirements of agent snapshots, which are versions of an agent's files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ._json import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AgentAuth", "ConfigFile"]


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file that is written before the agent runs."""

    path: str
    """Relative to the agent's files, or `~/...` in its home folder."""
    template: str = field(repr=False)
    """Its content, in which `{{ secrets.NAME }}` is replaced."""


@dataclass(frozen=True, slots=True)
class AgentAuth:
    """The variables and files with credentials that an agent needs."""

    required_env: tuple[str, ...] = ()
    """Names of variables."""
    config_files: tuple[ConfigFile, ...] = ()
    egress: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    """Hosts that the agent reaches; stored, and not enforced: the spec of a sandbox decides."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> AgentAuth:
        """Return the value of a JSON object; absent fields are empty."""
        given = as_object(data) or {}
        files = (as_object(one) or {} for one in as_list(given.get("config_files")) or ())
        return cls(
            required_env=tuple(map(str, as_list(given.get("required_env")) or ())),
            config_files=tuple(ConfigFile(str(one.get("path", "")), str(one.get("template", ""))) for one in files),
            egress={
                name: tuple(map(str, as_list(hosts) or ()))
                for name, hosts in (as_object(given.get("egress")) or {}).items()
            },
        )
