"""Control groups: limits for all processes of a sandbox together.

Version 2 is used where the server's own group hands out controllers to groups below it, version 1 where the server may
make groups, as root. Elsewhere limits are those of each process.
"""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import SandboxUnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Group", "Hierarchy", "find_hierarchy"]

_PREFIX = "ashr-sandbox"
_CONTROLLERS = ("memory", "pids", "cpu")
_CPU_PERIOD = 100_000
_REMOVAL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Folders in which groups can be made."""

    version: int
    folders: Mapping[str, Path]
    """By controller; on version 2 it is the same for all."""

    @property
    def name(self) -> str:
        """How answers call it."""
        return f"cgroup v{self.version}"

    def make(self, values: Mapping[str, float]) -> Group:
        """Make a group with limits: `memory` in bytes, `pids`, and `cpu` in processors.

        Raises:
            SandboxUnavailableError: The system refuses.
        """
        name = f"{_PREFIX}.{os.getpid()}.{secrets.token_hex(6)}"
        group = Group(tuple(dict.fromkeys(folder / name for folder in self.folders.values())))
        try:
            for folder in group.folders:
                folder.mkdir()
            for controller, value in values.items():
                for file, text in _settings(self.version, controller, value):
                    (self.folders[controller] / name / file).write_text(text)
        except OSError as error:
            group.remove()
            raise SandboxUnavailableError(f"{self.name} cannot be used: {error}") from error
        return group

    def remove_left_over(self) -> int:
        """Remove groups of servers that have ended, and return how many there were."""
        found = {one for folder in self.folders.values() for one in folder.glob(f"{_PREFIX}.*.*")}
        dead = [one for one in found if not Path("/proc", one.name.split(".")[1]).exists()]
        for folder in dead:
            with suppress(OSError):  # processes that are ending are still in it
                folder.rmdir()
        return len(dead)


@dataclass(frozen=True, slots=True)
class Group:
    """The folders of one group, one per controller on version 1."""

    folders: tuple[Path, ...]

    def add(self, pid: int) -> None:
        """Put a process into the group; what it starts later will be in it."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text(str(pid))

    def remove(self) -> None:
        """Remove the group, whose processes have ended or are about to."""
        until = time.monotonic() + _REMOVAL_SECONDS
        for folder in self.folders:
            while not _is_removed(folder) and time.monotonic() < until:
                time.sleep(0.005)


def find_hierarchy(root: Path = Path("/sys/fs/cgroup"), own: str | None = None) -> Hierarchy | None:
    """Return where this process can make groups, or None.

    Args:
        root: Where control groups are mounted.
        own: Content of `/proc/self/cgroup`.
    """
    try:
        text = Path("/proc/self/cgroup").read_text("utf-8") if own is None else own
    except OSError:
        return None
    groups: dict[str, str] = {}
    for line in text.splitlines():
        _, names, path = line.split(":", 2)
        groups |= dict.fromkeys(names.split(","), path)
    unified = _version_2(root, groups.get("", "/"))
    if unified is not None:
        return Hierarchy(2, dict.fromkeys(_CONTROLLERS, unified))
    folders = {name: folder for name in _CONTROLLERS if (folder := _version_1(root, name, groups)) is not None}
    return Hierarchy(1, folders) if len(folders) == len(_CONTROLLERS) else None


def _version_2(root: Path, path: str) -> Path | None:
    """Return the nearest group from the server's own one upwards that hands out all controllers."""
    own = root / path.lstrip("/")
    for folder in (own, *own.parents):
        if not folder.is_relative_to(root):
            return None
        with suppress(OSError):
            handed_out = set((folder / "cgroup.subtree_control").read_text("ascii").split())
            if handed_out.issuperset(_CONTROLLERS) and os.access(folder, os.W_OK):
                return folder
    return None


def _version_1(root: Path, controller: str, groups: Mapping[str, str]) -> Path | None:
    if controller not in groups:
        return None
    for folder in (root / controller / groups[controller].lstrip("/"), root / controller):
        if (folder / "cgroup.procs").exists() and os.access(folder, os.W_OK):
            return folder
    return None


def _settings(version: int, controller: str, value: float) -> list[tuple[str, str]]:
    """Return the files of a limit, and what is written into them."""
    if controller == "pids":
        return [("pids.max", str(int(value)))]
    if controller == "cpu":
        quota = int(value * _CPU_PERIOD)
        if version == 2:
            return [("cpu.max", f"{quota} {_CPU_PERIOD}")]
        return [("cpu.cfs_period_us", str(_CPU_PERIOD)), ("cpu.cfs_quota_us", str(quota))]
    size = str(int(value))
    if version == 2:
        return [("memory.max", size), ("memory.swap.max", "0")]
    return [("memory.limit_in_bytes", size)]


def _is_removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
