"""The interface of sandbox engines: requests, results, and the protocols of engines and sandboxes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ..._secret import Secret

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = [
    "CommandResult",
    "Endpoint",
    "Engine",
    "FileEntry",
    "Limits",
    "Listing",
    "Process",
    "Sandbox",
    "SandboxRequest",
    "ServiceContainer",
    "ServiceImage",
    "WithServices",
]

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a sandbox.

    A limit that is None has the engine's default, as far as the machine can keep it; `Sandbox.in_force` tells. A limit
    that is given is kept, or the sandbox is refused.
    """

    memory: int | None = None
    """Bytes of memory of all processes; 2 GiB by default."""
    cpus: float | None = None
    """Processors that all processes may use together; 2 by default."""
    processes: int | None = None
    """Processes and threads at one time; 256 by default."""
    disk: int | None = None
    """Bytes of all files of the workspace; 1 GiB by default."""
    temporary: int | None = None
    """Bytes of all files in /tmp; 256 MiB by default."""
    file_size: int | None = None
    """Bytes of a single file; as `disk` by default."""
    open_files: int | None = None
    """Open files of one process; 1024 by default."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"`limits.{name}` must be greater than 0, got {value!r}")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An HTTP server of this process, which commands reach on the loopback of their sandbox."""

    handle: Callable[[socket.socket], None]
    """Answers and closes a connection; called in a thread of its own."""
    variables: tuple[str, ...]
    """Names of the variables that have its URL."""


@dataclass(frozen=True, slots=True)
class ServiceImage:
    """A service that runs from an image beside the commands of a sandbox, on the same loopback."""

    name: str
    image: str
    environment: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True)
class SandboxRequest:
    """The properties of a sandbox that is to be created."""

    id: str
    """Name of the sandbox, unique among those of this engine."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables of all commands."""
    secrets: Mapping[str, Secret] = field(default_factory=dict[str, Secret])
    """Variables as well, which are never shown in logs, errors, or command lines."""
    limits: Limits = field(default_factory=Limits)
    lifetime: float | None = None
    """Seconds after which the sandbox ends; None keeps it until it is destroyed."""
    hosts: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names in addition to `localhost`, with their addresses."""
    folders: Mapping[str, str] = field(default_factory=dict[str, str])
    """Folders of the machine that are visible and read-only, by their path in the sandbox."""
    allowed_hosts: tuple[str, ...] = ()
    """Hosts that commands reach by HTTP and HTTPS through a proxy: names, and patterns such as `*.example.com`."""
    endpoint: Endpoint | None = None
    """A server that commands reach on their loopback, at a port of the engine's choice."""
    allow_missing_limits: bool = False
    """Whether to go on without a given limit that this machine cannot keep."""
    image: str | None = None
    """The container image; None takes the engine's own system or image."""
    services: tuple[ServiceImage, ...] = ()
    """Started by an engine that runs images; they end with the sandbox."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The exit code and the output of a command."""

    exit_code: int
    """124 if it ran out of time, 128 + N if signal N ended it."""
    stdout: bytes
    """The beginning of what was printed, up to the limit of the call."""
    stderr: bytes
    duration: float
    """Seconds."""
    timed_out: bool = False
    stdout_bytes: int = 0
    """How many bytes were printed, including those beyond the limit."""
    stderr_bytes: int = 0


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file, folder or link of a workspace."""

    path: str
    """Relative to the workspace; bytes that are not UTF-8 are surrogates, as `os.fsdecode` has them."""
    kind: str
    """`file`, `folder`, `link`, or `special`: a device, pipe or socket."""
    size: int
    mode: int
    """Permission bits."""
    sha256: str | None = None
    """Of a file; None for others, and for a file that its owner cannot read."""
    target: str | None = None
    """Of a link."""
    modified_at: float = field(default=0.0, compare=False)
    """When it was last changed, in seconds since the epoch; entries with the same content are equal without it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All entries of a workspace."""

    entries: tuple[FileEntry, ...]
    """In the order of their paths."""
    unreadable: int = 0
    """Files and folders that could not be read."""
    too_deep: int = 0
    """Folders that are too deep in the tree to be listed."""


class Process(Protocol):
    """A program that runs in a sandbox, with its streams; it is killed when this object is closed or forgotten."""

    def close(self) -> None:
        """Kill the program, if it runs, without waiting for its end."""
        ...

    def write(self, data: bytes) -> None:
        """Send bytes to its standard input; waits while it does not read. After its end they are dropped."""
        ...

    def close_stdin(self) -> None:
        """End its standard input."""
        ...

    def output(self) -> Iterator[tuple[str, bytes]]:
        """Yield `stdout` or `stderr` and bytes, as they are printed, until the program ends.

        The program waits while its output is not taken.

        Raises:
            SandboxGoneError: The sandbox has ended.
        """
        ...

    def signal(self, number: int) -> None:
        """Send a signal to it and its descendants."""
        ...

    def kill(self) -> None:
        """Kill it and all of its descendants."""
        ...

    def wait(self) -> int:
        """Return its exit code when it has ended; output that was not taken is dropped.

        Raises:
            SandboxGoneError: The sandbox has ended.
        """
        ...


class Sandbox(Protocol):
    """An isolated workspace in which commands run.

    Paths are relative to the workspace, or absolute and inside of it. No link is followed.
    Methods can be called from several threads at once.
    """

    @property
    def id(self) -> str:
        """The name that it was asked for by."""
        ...

    @property
    def engine(self) -> str:
        """The name of its engine."""
        ...

    @property
    def workspace(self) -> str:
        """Where commands see the workspace."""
        ...

    @property
    def in_force(self) -> Mapping[str, str]:
        """The isolation and the limits that hold, and the mechanism of each."""
        ...

    @property
    def is_alive(self) -> bool:
        """Whether it takes requests."""
        ...

    def exec(
        self,
        command: str | Sequence[str],
        *,
        timeout: float | None = None,
        environment: Mapping[str, str] | None = None,
        cwd: str = "",
        stdin: bytes = b"",
        output_limit: int = MIB,
    ) -> CommandResult:
        """Run a command, and return how it ended.

        Processes that it leaves behind go on, unless it runs out of time: then all of its descendants are killed.

        Args:
            command: A line for `sh -c`, or a program and its arguments.
            timeout: Seconds after which it is killed, with exit code 124; None waits for its end.
            environment: Variables in addition to those of the sandbox.
            cwd: Folder in the workspace.
            stdin: Standard input.
            output_limit: Bytes of each stream that are returned; the rest is counted.

        Raises:
            SandboxError: It cannot be started.
            SandboxGoneError: The sandbox has ended.
        """
        ...

    def spawn(
        self, command: str | Sequence[str], *, environment: Mapping[str, str] | None = None, cwd: str = ""
    ) -> Process:
        """Start a program, and return it while it runs.

        Raises:
            SandboxError: It cannot be started.
            SandboxGoneError: The sandbox has ended.
        """
        ...

    def read(self, path: str, *, limit: int = 64 * MIB) -> bytes:
        """Return the content of a file.

        Raises:
            SandboxFileError: It is not a regular file, or has more than `limit` bytes.
            SandboxGoneError: The sandbox has ended.
        """
        ...

    def write(self, path: str, content: bytes, *, mode: int | None = None) -> None:
        """Write a file at once or not at all; missing folders are made.

        Args:
            path: The file.
            content: All of its bytes.
            mode: Its permissions; None keeps those of the file that it replaces, or sets 0o644.

        Raises:
            SandboxFileError: There is something else than a file by that name, or no space.
            SandboxGoneError: The sandbox has ended.
        """
        ...

    def delete(self, path: str) -> None:
        """Remove a file, or a link itself.

        Raises:
            SandboxFileError: It does not exist, or is a folder.
            SandboxGoneError: The sandbox has ended.
        """
        ...

    def list(self) -> Listing:
        """Return all entries of the workspace with their checksums.

        Raises:
            SandboxFileError: There are too many.
            SandboxGoneError: The sandbox has ended.
        """
        ...

    def destroy(self) -> None:
        """End all of its processes and remove its files; nothing happens if it has ended."""
        ...


class ServiceContainer(Protocol):
    """A service that was started from an image."""

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        ...

    def log(self, *, lines: int | None = None) -> bytes:
        """Return what it has printed: the last lines, or the last MiB.

        Raises:
            SandboxError: The daemon does not answer.
        """
        ...


@runtime_checkable
class WithServices(Protocol):
    """A sandbox of an engine that runs services from images."""

    @property
    def services(self) -> Mapping[str, ServiceContainer]:
        """Its services by name."""
        ...


class Engine(Protocol):
    """Makes sandboxes by one means of isolation."""

    @property
    def allows_hosts(self) -> bool:
        """Whether it honours `SandboxRequest.allowed_hosts`."""
        ...

    @property
    def runs_images(self) -> bool:
        """Whether it honours `SandboxRequest.image` and `SandboxRequest.services`."""
        ...

    @property
    def has_local_system(self) -> bool:
        """Whether sandboxes have the programs of this machine, and reach `SandboxRequest.endpoint`."""
        ...

    @property
    def name(self) -> str:
        """Its name in settings and answers."""
        ...

    def create(self, request: SandboxRequest) -> Sandbox:
        """Make a sandbox and return it when it takes commands.

        Raises:
            SandboxUnavailableError: It cannot be made as asked on this machine.
            SandboxError: It could not be made.
        """
        ...

    def close(self) -> None:
        """Destroy all sandboxes of this engine."""
        ...
