"""The command line of bubblewrap for a sandbox."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from .protocol import MIB

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["WORKSPACE", "Layout", "base_environment", "host_files", "supervisor_command"]

WORKSPACE = "/workspace"
_UID = 1000
"""The user of all processes, as they see it themselves."""
_INSIDE = Path("/run/ashr/inside")
_INSIDE_HERE = Path(__file__).resolve().parent / "inside"
_STAGE = "/tmp"
_SHARED_MEMORY = 64 * MIB
_SYSTEM_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SYSTEM_FILES = (
    *("/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime"),
    *("/etc/mime.types", "/etc/protocols", "/etc/services", "/etc/ssl/certs", "/etc/ssl/openssl.cnf"),
)
"""Everything of /etc that is visible; neither users, nor keys, nor the names of other machines."""
_PACKAGES = ("ashr_labs", "ashr_labs_api", "ashr_labs_contract", "ashr_labs_types")
_START = "import sys; sys.path.insert(0, sys.argv[1]); from inside.supervisor import main; main(*sys.argv[2:])"


@dataclass(frozen=True)
class Layout:
    """The programs of this machine, and what a sandbox sees of its files.

    Args:
        bubblewrap: Path of `bwrap`.
        setpriv: Path of `setpriv`, by which root becomes another user; None if this process is not root.
        folders: Further folders of this machine that are visible, by their destination.
    """

    bubblewrap: str
    setpriv: str | None = None
    folders: Mapping[str, str] = field(default_factory=dict[str, str])

    @cached_property
    def environment_folders(self) -> tuple[str, ...]:
        """The folders of this Python, of its environment, and of packages that are installed from a checkout."""
        origins = [spec.origin for name in _PACKAGES if (spec := find_spec(name)) is not None and spec.origin]
        folders = [sys.base_prefix, sys.prefix, *(str(Path(origin).parent) for origin in origins)]
        found: list[str] = []
        for folder in map(os.path.realpath, folders):
            if not any(Path(folder).is_relative_to(other) for other in ("/usr", *found)):
                found.append(folder)
        return tuple(found)

    @cached_property
    def staged(self) -> dict[str, str]:
        """Where the folders lie for the user of the sandbox, by their destination.

        Root may have them below folders that other users cannot enter, so root's first stage puts them elsewhere.
        """
        if self.setpriv is None:
            return self._visible
        return {target: f"{_STAGE}/{number}" for number, target in enumerate(self._visible)}

    @cached_property
    def _visible(self) -> dict[str, str]:
        """Folders of this machine beside those of the system, by their destination in a sandbox."""
        own = {folder: folder for folder in self.environment_folders} | {str(_INSIDE): str(_INSIDE_HERE)}
        return own | dict(self.folders)

    def command(
        self,
        *,
        files: Mapping[str, int],
        options: Iterable[str],
        control: int,
        uid: int | None,
        sizes: tuple[int, int],
    ) -> list[str]:
        """Return the command that starts a sandbox.

        Args:
            files: Descriptors of generated files, by their path.
            options: Further options of bubblewrap.
            control: Descriptor of the supervisor's socket.
            uid: The user that root becomes; None remains the user of this process.
            sizes: Bytes of the workspace and of /tmp.
        """
        supervisor = supervisor_command(control, WORKSPACE, inside=_INSIDE)
        inner = [self.bubblewrap, *_NAMESPACES, *self._files(files, sizes), *options, "--", *supervisor]
        return inner if uid is None else [*self._first_stage(uid), *inner]

    def _first_stage(self, uid: int) -> Iterator[str]:
        """Yield the command that makes the folders reachable, and becomes another user."""
        yield from (self.bubblewrap, "--dev-bind", "/", "/", "--tmpfs", _STAGE)
        for target, source in self.staged.items():
            yield from ("--ro-bind", self._visible[target], source)
        yield from ("--", self.setpriv or "", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--")

    def _files(self, files: Mapping[str, int], sizes: tuple[int, int]) -> Iterator[str]:
        """Yield what the sandbox sees of the machine's files, and what it has of its own."""
        yield from ("--ro-bind", "/usr", "/usr")
        for link in map(Path, _SYSTEM_LINKS):
            if link.is_symlink():
                yield from ("--symlink", str(link.readlink()), str(link))
            elif link.is_dir():
                yield from ("--ro-bind", str(link), str(link))
        for path in _SYSTEM_FILES:
            yield from ("--ro-bind-try", path, path)
        yield from ("--proc", "/proc", "--dev", "/dev", "--size", str(_SHARED_MEMORY), "--tmpfs", "/dev/shm")
        for path, size in zip((WORKSPACE, "/tmp"), sizes, strict=True):
            yield from ("--size", str(size), "--tmpfs", path)
        yield from ("--dir", "/var", "--symlink", "/tmp", "/var/tmp")
        for target, source in self.staged.items():
            yield from ("--ro-bind", source, target)
        for path, descriptor in files.items():
            yield from ("--ro-bind-data", str(descriptor), path)
        yield from ("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORKSPACE)


# Without --die-with-parent: bubblewrap kills its first process by it, and one that is killed before it has set up the
# namespaces leaves its second one waiting forever. All end by themselves when the supervisor's socket is closed.
_NAMESPACES = (
    *("--unshare-all", "--unshare-user", "--disable-userns", "--uid", str(_UID), "--gid", str(_UID)),
    *("--hostname", "sandbox", "--new-session", "--as-pid-1", "--cap-drop", "ALL", "--clearenv"),
)


def supervisor_command(control: int, workspace: str, *, inside: Path = _INSIDE_HERE) -> list[str]:
    """Return the command that starts a supervisor, by the Python of this process without its environment.

    Args:
        control: Descriptor of its socket.
        workspace: The folder of which it takes care.
        inside: Its modules.
    """
    python = os.path.realpath(sys.executable)
    return [python, "-I", "-S", "-c", _START, str(inside.parent), str(control), workspace]


def host_files(hosts: Mapping[str, str]) -> dict[str, str]:
    """Return the content of the generated files of /etc.

    Args:
        hosts: Names with their addresses.
    """
    names = "".join(f"{address} {name}\n" for name, address in hosts.items())
    return {
        "/etc/group": f"agent:x:{_UID}:\nnogroup:x:65534:\n",
        "/etc/hosts": f"127.0.0.1 localhost sandbox\n::1 localhost\n{names}",
        "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
        "/etc/passwd": f"agent:x:{_UID}:{_UID}::{WORKSPACE}:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n",
    }


def base_environment(workspace: str) -> dict[str, str]:
    """Return the variables that all commands have."""
    programs = [os.path.realpath(Path(sys.prefix, "bin")), "/usr/local/bin", "/usr/bin", "/bin"]
    return {
        "HOME": workspace,
        "LANG": "C.UTF-8",
        "PATH": ":".join(dict.fromkeys(programs)),
        "TMPDIR": "/tmp",
        "USER": "agent",
    }
