"""A session that runs: its sandbox and the process of its agent."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..._secret import Secret
from ...errors import ValidationError
from ...specs import parse_spec
from ..boot import BootedSandbox
from ..boot.watch import SecretWatch
from ..failures import RefusedError
from ..platform_sandbox import Description
from ..sandbox.errors import SandboxError, SandboxUnavailableError
from ..sandbox.protocol import SandboxRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..platform_sandbox import PlatformSandbox
    from ..sandbox.protocol import Engine, Process, Sandbox
    from ..sandboxes import Sandboxes
    from .launching import Launch
    from .summary import TurnSummary

__all__ = [
    "MAX_WORKSPACE",
    "LiveSession",
    "archive_of",
    "boot_session",
    "create_sandbox",
    "merged_files",
    "unpack",
]

MAX_WORKSPACE = 32 << 20
"""Bytes of a saved workspace, compressed."""
_SPEC = parse_spec("id: session")
_STEP_SECONDS = 120.0


class LiveSession:
    """A session with its sandbox and its process."""

    def __init__(
        self, row: Mapping[str, Any], sandbox: PlatformSandbox, process: Process, start: Callable[[], Process]
    ) -> None:
        self.id: str = row["id"]
        self.tenant_id: int = row["tenant_id"]
        self.platform_sandbox = sandbox
        self.process = process
        self._start = start
        self.summary: TurnSummary | None = None
        """Of the turn that is in progress; None if none is."""
        self.interruption = ""
        """The reason for which the turn in progress is to end; empty if it may go on."""
        self.is_stored = False
        """Whether the database says that its process is here."""
        self.active_at = 0.0
        """When it was last used, in seconds since the epoch."""
        self.is_ended = False
        """Whether it was ended on purpose, so that nothing more of it is stored."""
        self.watch = SecretWatch({})
        """Masks the key of its credential in what is printed."""

    @property
    def turn(self) -> int:
        """The number of the turn that is in progress; 0 if none is."""
        return 0 if self.summary is None else self.summary.origin.number

    def restart(self) -> None:
        """Start the process again, in the same sandbox.

        Raises:
            SandboxError: It cannot be started.
        """
        self.process.close()
        self.process = self._start()

    @property
    def sandbox(self) -> Sandbox:
        """Its sandbox."""
        return self.platform_sandbox.ready().sandbox

    @property
    def is_alive(self) -> bool:
        """Whether its sandbox exists."""
        return self.platform_sandbox.is_active and not self.is_ended

    def write(self, line: bytes) -> None:
        """Send a line to the process, unless it has ended: the reader of its output takes note of that."""
        with suppress(SandboxError):
            self.process.write(line)

    def workspace(self) -> bytes | None:
        """Return the workspace as an archive; None if it is too large to be saved.

        Raises:
            SandboxError: It cannot be read.
        """
        return archive_of(self.sandbox)

    def end(self) -> None:
        """End its processes."""
        self.is_ended = True
        self.process.close()
        self.platform_sandbox.destroy()


def boot_session(
    environment: Mapping[str, str], secrets: Mapping[str, str], archive: bytes, launch: Launch
) -> Callable[[Engine, PlatformSandbox], BootedSandbox]:
    """Return the function that makes the sandbox of a session.

    Args:
        environment: Variables of its commands.
        secrets: Variables whose values are not shown.
        archive: The files of the workspace: a tar archive, compressed by gzip.
        launch: What its process needs.
    """

    def boot(engine: Engine, sandbox: PlatformSandbox) -> BootedSandbox:
        hidden = {name: Secret(value) for name, value in secrets.items()}
        variables = {**launch.environment, **environment, "ASH_SANDBOX_ID": sandbox.id}
        request = SandboxRequest(
            sandbox.id, variables, hidden, folders=launch.folders, allowed_hosts=launch.hosts_on(engine)
        )
        created = engine.create(request)
        try:
            unpack(created, archive)
            return BootedSandbox(_SPEC, created)
        except BaseException:
            created.destroy()
            raise

    return boot


def create_sandbox(
    sandboxes: Sandboxes, row: Mapping[str, Any], user_id: int, boot: Callable[[Engine, PlatformSandbox], BootedSandbox]
) -> PlatformSandbox:
    """Return a new sandbox of a session.

    Raises:
        RefusedError: This platform has no sandboxes (501), or too many (503).
        ValidationError: It cannot be made.
    """
    about = Description(row["tenant_id"], f"session {row['id']}", 0, row["created_at"], user_id)
    try:
        return sandboxes.create(about, boot)
    except SandboxUnavailableError as error:
        raise RefusedError(501, error.message) from error
    except SandboxError as error:
        raise ValidationError(error.message) from error


def archive_of(sandbox: Sandbox) -> bytes | None:
    """Return the workspace of a sandbox as an archive; None if it is too large to be saved.

    Raises:
        SandboxError: It cannot be read.
    """
    command = ["tar", "-C", sandbox.workspace, "-czf", "-", "."]
    done = sandbox.exec(command, timeout=_STEP_SECONDS, output_limit=MAX_WORKSPACE)
    if done.stdout_bytes > MAX_WORKSPACE:
        return None
    if done.exit_code > 1:  # 1: a file changed while it was read
        raise SandboxError(f"the workspace cannot be saved: {done.stderr.decode('utf-8', 'replace')[:500]}")
    return done.stdout


def unpack(sandbox: Sandbox, archive: bytes) -> None:
    """Unpack an archive inside of the sandbox, where its links lead to nothing of the machine."""
    command = ["tar", "-C", sandbox.workspace, "--no-same-owner", "-xzf", "-"]
    done = sandbox.exec(command, stdin=archive, timeout=_STEP_SECONDS)
    if done.exit_code:
        raise SandboxError(f"the files cannot be unpacked: {done.stderr.decode('utf-8', 'replace')[:500]}")


def merged_files(config: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files that the configuration of a session puts into its workspace."""
    return {"CLAUDE.md": config["systemPrompt"].encode("utf-8", "replace")} if "systemPrompt" in config else {}
