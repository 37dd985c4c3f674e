"""Plain subprocesses, without any isolation: for machines on which nothing else works, by an explicit setting only."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from typing import TYPE_CHECKING

from .command_line import supervisor_command
from .errors import SandboxUnavailableError
from .limits import plan
from .starting import configure, popen, wait_until_ready
from .supervised import Started, SupervisedSandbox

if TYPE_CHECKING:
    from .limits import Plan
    from .protocol import SandboxRequest

__all__ = ["UnsafeSubprocess"]

_IN_FORCE = {
    "isolation": "none: commands do whatever the user of the server may do",
    "files": "not isolated",
    "network": "not isolated",
    "users": "the user of the server",
    "visible processes": "all of this machine",
    "system calls": "not filtered",
}


class UnsafeSubprocess:
    """Makes workspaces whose commands run as the user of this process, without isolation.

    Raises:
        SandboxUnavailableError: This is not Linux.
    """

    name = "unsafe-subprocess"
    allows_hosts = False
    runs_images = False
    has_local_system = True

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise SandboxUnavailableError(f"the engine {self.name} needs Linux, and this is {sys.platform}")
        self._sandboxes: set[SupervisedSandbox] = set()

    def create(self, request: SandboxRequest) -> SupervisedSandbox:
        """Make a workspace and return it when it takes commands."""
        decided = plan(
            request.limits,
            group=None,
            sized_files=False,
            counts_processes=False,
            allow_missing=request.allow_missing_limits,
        )
        workspace = tempfile.mkdtemp(prefix="ashr-workspace-")
        try:
            return self._create(request, decided, workspace)
        except BaseException:
            shutil.rmtree(workspace, ignore_errors=True)
            raise

    def close(self) -> None:
        """Destroy all workspaces of this engine."""
        for sandbox in tuple(self._sandboxes):
            sandbox.destroy()

    def _create(self, request: SandboxRequest, decided: Plan, workspace: str) -> SupervisedSandbox:
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = popen(supervisor_command(theirs.fileno(), workspace), [theirs.fileno()])
        started = Started(process, control, os.pidfd_open(process.pid))

        def ended(sandbox: SupervisedSandbox) -> None:
            self._sandboxes.discard(sandbox)
            shutil.rmtree(workspace, ignore_errors=True)

        sandbox = SupervisedSandbox(
            id=request.id,
            engine=self.name,
            workspace=workspace,
            in_force=_IN_FORCE | dict(decided.in_force),
            started=started,
            on_end=ended,
        )
        self._sandboxes.add(sandbox)
        try:
            wait_until_ready(control, process)
            configure(sandbox, request, decided)
        except BaseException:
            sandbox.destroy()
            raise
        return sandbox
