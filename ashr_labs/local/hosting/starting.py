"""Start the sandbox and the process of a session."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ...errors import ValidationError
from ..sandbox.errors import SandboxError
from .environment import OF_AGENT, SEALED, sealed_config, secret_watch, session_variables
from .launching import launch_of, start_process
from .live import LiveSession, boot_session, create_sandbox
from .manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..sandboxes import Sandboxes
    from ..sealing import Sealing
    from ..settings import Settings
    from ..store.engine import Database

__all__ = ["Starter", "options_of"]


class Starter:
    """Starts sessions.

    Args:
        database: Has their credentials.
        sandboxes: Makes their sandboxes.
        sealing: Encrypts their variables, which are stored because they are applied whenever a process starts.
        settings: Those of the platform.
    """

    def __init__(self, database: Database, sandboxes: Sandboxes, sealing: Sealing, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._sandboxes = sandboxes
        self._sealing = sealing

    def sealed(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Return the configuration to store, with its environment variables encrypted."""
        return sealed_config(self._sealing, config)

    def start(self, row: Mapping[str, Any], user_id: int, archive: bytes) -> LiveSession:
        """Make the sandbox of a session, and start its process.

        Args:
            row: The session.
            user_id: Who makes it.
            archive: The files of its workspace.

        Raises:
            RefusedError: It cannot run here (501), or there are too many sandboxes (503).
            ValidationError: Its process cannot be started.
        """
        config = row["config"]
        environment = {"ASH_SESSION_ID": row["id"], "ASH_PERMISSION_MODE": config.get("permissionMode", "default")}
        with self._database.read() as connection:
            variables = session_variables(connection, self._sealing, row["tenant_id"], config)
        hidden = {name: value for name, value in variables.environment.items() if name not in environment}
        launch = launch_of(_manifest(config), config.get("model"), hidden, self._settings)
        boot = boot_session(environment, hidden, archive, launch)
        sandbox = create_sandbox(self._sandboxes, row, user_id, boot)
        start = partial(start_process, sandbox.ready().sandbox, launch)
        try:
            live = LiveSession(row, sandbox, start(), start)
        except BaseException as error:
            sandbox.destroy()
            if isinstance(error, SandboxError):
                raise ValidationError(f"the agent cannot be started: {error.message}") from error
            raise
        live.watch = secret_watch(variables.secrets)
        return live


def _manifest(config: Mapping[str, Any]) -> Manifest:
    """Return the manifest of a session's agent; sessions of earlier releases have its command only."""
    if "manifest" in config:
        return Manifest.from_record(config["manifest"])
    return Manifest(tuple(config["command"]))


def options_of(config: Mapping[str, Any], session_id: str) -> dict[str, Any]:
    """Return the session configuration that a process receives with each message."""
    hidden = {SEALED, OF_AGENT, "credentialId", "command", "manifest"}
    return {**{name: value for name, value in config.items() if name not in hidden}, "sessionId": session_id}
