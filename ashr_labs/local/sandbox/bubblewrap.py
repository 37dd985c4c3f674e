"""Sandboxes by bubblewrap: namespaces of their own for files, network, processes and users."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import sys
import threading
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from .cgroups import find_hierarchy
from .command_line import WORKSPACE, Layout, host_files
from .errors import SandboxError, SandboxUnavailableError
from .limits import counts_processes_apart, plan
from .protocol import SandboxRequest
from .seccomp import compiled_filter
from .starting import configure, not_started, popen, stop, wait_until_ready
from .supervised import Started, SupervisedSandbox

if TYPE_CHECKING:
    import subprocess

    from .cgroups import Group
    from .limits import Plan

__all__ = ["Bubblewrap"]

_FIRST_UID = 0x70000000
"""The start of a range of user ids that neither distributions nor systemd assign."""
_UIDS = 0x0F000000
_NOBODY = 65534


class Bubblewrap:
    """Makes sandboxes by bubblewrap.

    Raises:
        SandboxUnavailableError: It is not installed, or this machine does not let it make namespaces.
    """

    name = "bubblewrap"
    allows_hosts = True
    runs_images = False
    has_local_system = True

    def __init__(self) -> None:
        self._layout = _layout()
        self._hierarchy = find_hierarchy()
        if self._hierarchy is not None:
            self._hierarchy.remove_left_over()
        self._sandboxes: set[SupervisedSandbox] = set()
        self._changing = threading.Lock()
        try:
            self.create(SandboxRequest("trial")).destroy()
        except SandboxError as error:
            raise SandboxUnavailableError(f"bubblewrap does not work here: {error.message}") from error

    def create(self, request: SandboxRequest) -> SupervisedSandbox:
        """Make a sandbox and return it when it takes commands."""
        decided = plan(
            request.limits,
            group=None if self._hierarchy is None else self._hierarchy.name,
            sized_files=True,
            counts_processes=counts_processes_apart(),
            allow_missing=request.allow_missing_limits,
        )
        group = None if self._hierarchy is None else self._hierarchy.make(decided.group)
        try:
            return self._create(request, decided, group)
        except BaseException:
            if group is not None:
                group.remove()
            raise

    def close(self) -> None:
        """Destroy all sandboxes of this engine."""
        with self._changing:
            sandboxes = tuple(self._sandboxes)
        for sandbox in sandboxes:
            sandbox.destroy()

    def _create(self, request: SandboxRequest, decided: Plan, group: Group | None) -> SupervisedSandbox:
        started = self._start(request, decided, group)

        def ended(sandbox: SupervisedSandbox) -> None:
            with self._changing:
                self._sandboxes.discard(sandbox)
            if group is not None:
                group.remove()

        sandbox = SupervisedSandbox(
            id=request.id,
            engine=self.name,
            workspace=WORKSPACE,
            in_force=_ISOLATION | _FILTERED | _ways_out(request) | dict(decided.in_force),
            started=started,
            on_end=ended,
        )
        with self._changing:
            self._sandboxes.add(sandbox)
        try:
            configure(sandbox, request, decided)
        except BaseException:
            sandbox.destroy()
            raise
        return sandbox

    def _start(self, request: SandboxRequest, decided: Plan, group: Group | None) -> Started:
        """Start the supervisor, and return when it takes requests."""
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ExitStack() as passed:
            passed.enter_context(theirs)
            files = {path: _memory_file(passed, text.encode()) for path, text in host_files(request.hosts).items()}
            compiled = compiled_filter()
            options = {} if compiled is None else {"--seccomp": _memory_file(passed, compiled)}
            info, options["--info-fd"] = os.pipe()
            passed.callback(os.close, options["--info-fd"])
            layout = replace(self._layout, folders=request.folders) if request.folders else self._layout
            command = layout.command(
                files=files,
                options=[text for option, descriptor in options.items() for text in (option, str(descriptor))],
                control=theirs.fileno(),
                uid=None if self._layout.setpriv is None else _uid(),
                sizes=(decided.disk, decided.temporary),
            )
            # It keeps the end for reading as well, so that it is not killed by writing if this process has ended.
            process = popen(command, [*files.values(), *options.values(), theirs.fileno(), info])
        try:
            pid = _supervisor(info, control, process)
            if group is not None:  # meanwhile the supervisor starts
                group.add(pid)
            wait_until_ready(control, process)
            return Started(process, control, os.pidfd_open(pid))
        except BaseException:
            control.close()
            stop(process)
            raise
        finally:
            os.close(info)


_ISOLATION = {
    "files": "a root of its own; /usr and the Python environment are read-only",
    "network": "a namespace of its own with the loopback only",
    "users": "an unprivileged user without capabilities, in a namespace of its own",
    "visible processes": "a namespace of its own",
}
_FILTERED = {
    "system calls": "not filtered, because libseccomp is not installed"
    if compiled_filter() is None
    else "dangerous ones are refused (seccomp)"
}


def _ways_out(request: SandboxRequest) -> dict[str, str]:
    hosts = ", ".join(request.allowed_hosts)
    return {"network": f"a namespace of its own, and a proxy to {hosts}"} if hosts else {}


def _layout() -> Layout:
    if sys.platform != "linux":
        raise SandboxUnavailableError(f"bubblewrap needs Linux, and this is {sys.platform}")
    bubblewrap = shutil.which("bwrap")
    if bubblewrap is None:
        raise SandboxUnavailableError(
            "bubblewrap is not installed: install the package `bubblewrap` of your distribution"
        )
    if os.geteuid():
        return Layout(bubblewrap)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise SandboxUnavailableError(
            "`setpriv` is not installed, by which root becomes another user: install the package `util-linux`"
        )
    return Layout(bubblewrap, setpriv)


def _supervisor(info: int, control: socket.socket, process: subprocess.Popen[bytes]) -> int:
    """Return the process id of the supervisor, as bubblewrap tells it."""
    text = b""
    while not text.rstrip().endswith(b"}"):
        part = os.read(info, 4096)
        if not part:
            raise not_started(control, process)
        text += part
    return int(json.loads(text)["child-pid"])


def _memory_file(stack: ExitStack, content: bytes) -> int:
    """Return the descriptor of a file in memory, at its beginning."""
    descriptor = os.memfd_create("ashr-sandbox")
    stack.callback(os.close, descriptor)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _uid() -> int:
    """Return a user of its own for a sandbox; the same one for all where this process may use few users only."""
    wanted = _FIRST_UID + secrets.randbelow(_UIDS)
    with open("/proc/self/uid_map", encoding="ascii") as file:  # noqa: PTH123 - not a path of ours
        ranges = [tuple(map(int, line.split())) for line in file]
    return wanted if any(first <= wanted < first + count for first, _, count in ranges) else _NOBODY
