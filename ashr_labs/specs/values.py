"""The values of a spec."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Agent",
    "Audit",
    "Directory",
    "Drift",
    "Fixture",
    "Forbidden",
    "GitRepo",
    "HttpMock",
    "ImageService",
    "Invariant",
    "Network",
    "Parallelism",
    "Resources",
    "Route",
    "Secret",
    "Service",
    "Setup",
    "Spec",
    "SqlFixture",
]

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Agent:
    """The agent that is tested."""

    type: Literal["snapshot", "cli", "paragon"]
    timeout: float
    """Seconds."""
    snapshot: str | None = None
    command: str | None = None
    env: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Setup:
    """Packages, files and commands."""

    packages: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """Contents by paths relative to the workspace."""
    commands: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Resources:
    """Limits of a sandbox."""

    timeout: float = 600.0
    """Seconds."""
    memory: int = 2048 * _MIB
    """Bytes."""
    cpu: float = 2.0
    """Processors."""
    disk: int | None = None
    """Bytes; None if the spec does not limit them."""


@dataclass(frozen=True, slots=True)
class GitRepo:
    """A clone of a repository."""

    url: str
    path: str
    """Relative to the workspace; empty for the workspace itself."""
    branch: str | None = None
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class SqlFixture:
    """Statements for a service; one of `sql` and `path` is given."""

    service: str
    sql: str | None = None
    path: str | None = None
    """File in the workspace, relative to it."""


@dataclass(frozen=True, slots=True)
class Directory:
    """A folder with files."""

    path: str
    source: str | None = None
    """Name of a folder in the platform's folder of fixtures."""
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """Contents by paths in the folder."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Changes that are made after the setup."""

    commands: tuple[str, ...]


Fixture: TypeAlias = GitRepo | SqlFixture | Directory | Drift
"""An object that is put into a sandbox before it is ready."""


@dataclass(frozen=True, slots=True)
class ImageService:
    """A server by its container image."""

    name: str
    image: str
    env: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    ports: tuple[int, ...] = ()
    wait_for: str | None = None

    @property
    def repository(self) -> str:
        """The image without registry, tag and digest, such as `postgres`."""
        return self.image.partition("@")[0].rpartition("/")[2].partition(":")[0]

    @property
    def tag(self) -> str:
        """The tag of the image, such as `15-alpine`; empty if it has none."""
        return self.image.partition("@")[0].rpartition("/")[2].partition(":")[2]


@dataclass(frozen=True, slots=True)
class Route:
    """An answer of an HTTP mock."""

    path: str
    method: str = "*"
    status: int = 200
    response: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class HttpMock:
    """The built-in HTTP server."""

    name: str
    routes: tuple[Route, ...] = ()
    record: bool = True
    default_response: int = 404
    ports: tuple[int, ...] = (8080,)


Service: TypeAlias = ImageService | HttpMock
"""A program that runs beside a sandbox."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A variable whose value is not part of the spec."""

    name: str
    source: str = "env"
    origin: str | None = field(default=None, repr=False)
    """`static://TEXT` or `generated`, if the platform has the value."""
    scope: Literal["agent", "setup", "services"] | None = None
    """Where it is available; None for everywhere."""


@dataclass(frozen=True, slots=True)
class Network:
    """The ways out of and into a sandbox."""

    egress_default: Literal["deny", "allow"] = "deny"
    egress_allow: tuple[str, ...] = ()
    """Host names and patterns such as `*.example.com`."""
    ingress_default: Literal["deny", "allow"] = "deny"
    ingress_allow: tuple[tuple[str, int], ...] = ()
    """Hosts and ports."""
    dns_overrides: Mapping[str, str] = field(default_factory=dict[str, str])
    """Services by host names."""


@dataclass(frozen=True, slots=True)
class Audit:
    """The kinds of actions that are recorded."""

    db_writes: bool = False
    http_calls: bool = False
    file_changes: bool = False


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Actions that must not happen; None where there is no rule."""

    db_writes_outside: tuple[str, ...] | None = None
    """Tables."""
    http_except: tuple[str, ...] | None = None
    """Services and hosts."""
    secrets_in_logs: bool = False
    """Whether secrets must not be printed."""
    file_writes_outside: tuple[str, ...] | None = None
    """Paths relative to the workspace; empty for the workspace itself."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """A condition that must hold after the agent is done."""

    name: str
    check: Mapping[str, Any]
    description: str = ""
    weight: float = 1.0
    gate: bool = False


@dataclass(frozen=True, slots=True)
class Parallelism:
    """How often the spec is run in an experiment."""

    replicas: int = 1
    matrix: Mapping[str, tuple[Any, ...]] = field(default_factory=dict[str, tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class Spec:
    """A sandbox spec."""

    id: str
    description: str = ""
    extends: str | None = None
    base: str | None = None
    task: Mapping[str, Any] = field(default_factory=dict[str, Any])
    agent: Agent | None = None
    setup: Setup = field(default_factory=Setup)
    resources: Resources = field(default_factory=Resources)
    fixtures: tuple[Fixture, ...] = ()
    services: tuple[Service, ...] = ()
    secrets: tuple[Secret, ...] = ()
    network: Network = field(default_factory=Network)
    audit: Audit = field(default_factory=Audit)
    forbidden: Forbidden = field(default_factory=Forbidden)
    invariants: tuple[Invariant, ...] = ()
    pass_threshold: float | None = None
    parallelism: Parallelism = field(default_factory=Parallelism)
    raw: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """The spec as it was written."""

    @property
    def prompt(self) -> str:
        """The prompt of the task; empty if there is none."""
        return str(self.task.get("prompt") or "")
