"""The limits of a sandbox, and the mechanisms that enforce them."""

from __future__ import annotations

import platform
import resource
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import SandboxUnavailableError
from .protocol import MIB, Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULTS", "Plan", "counts_processes_apart", "plan"]

DEFAULTS = Limits(
    memory=2048 * MIB,
    cpus=2.0,
    processes=256,
    disk=1024 * MIB,
    temporary=256 * MIB,
    file_size=1024 * MIB,
    open_files=1024,
)
_SUPERVISOR_PROCESSES = 64
_PROCESSES_PER_NAMESPACE = (5, 14)
"""The kernel from which on processes are counted per user namespace, and not with all others of the same user."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a sandbox."""

    rlimits: Mapping[str, int]
    """For each process, by the names of `inside.processes.LIMITS`."""
    group: Mapping[str, float]
    """For the control group, by controller."""
    disk: int
    temporary: int
    in_force: Mapping[str, str]


def plan(limits: Limits, *, group: str | None, sized_files: bool, counts_processes: bool, allow_missing: bool) -> Plan:
    """Decide how limits are kept.

    Args:
        limits: What was asked for.
        group: The name of the means that limits all processes together; None if there is none.
        sized_files: Whether the workspace and /tmp can be limited.
        counts_processes: Whether the processes of a sandbox are counted apart from others of the same user.
        allow_missing: Whether to go on without a limit that cannot be kept.

    Raises:
        SandboxUnavailableError: A given limit cannot be kept.
    """
    want = {name: getattr(limits, name) or getattr(DEFAULTS, name) for name in Limits.__slots__}
    if limits.disk is not None and limits.file_size is None:
        want["file_size"] = limits.disk
    kept = _kept(want, group=group, sized_files=sized_files, counts_processes=counts_processes)
    missing = sorted(name for name in want if name not in kept and getattr(limits, name) is not None)
    if missing and not allow_missing:
        raise SandboxUnavailableError(
            f"the limits {', '.join(missing)} cannot be kept on this machine without a control group; "
            "leave them out, run the server as root or with a delegated cgroup, or set `allow_missing_limits`"
        )
    rlimits = {"core": 0, "file_size": want["file_size"], "open_files": _open_files(want["open_files"])}
    if group is None:
        rlimits["memory"] = want["memory"]
    if counts_processes:
        rlimits["processes"] = want["processes"]
    return Plan(
        rlimits=rlimits,
        group=_group(want, counts_processes=counts_processes) if group else {},
        disk=want["disk"],
        temporary=want["temporary"],
        in_force={name: kept.get(name, "not limited on this machine") for name in want},
    )


def counts_processes_apart(release: str | None = None) -> bool:
    """Whether this kernel counts processes per user namespace."""
    version = (platform.release() if release is None else release).split("-")[0].split(".")
    return tuple(int(part) if part.isdecimal() else 0 for part in version[:2]) >= _PROCESSES_PER_NAMESPACE


def _kept(want: Mapping[str, float], *, group: str | None, sized_files: bool, counts_processes: bool) -> dict[str, str]:
    """Return the limits that can be kept, with their value and means."""
    kept = {
        "memory": f"{want['memory']} bytes in total ({group})" if group else f"{want['memory']} bytes per process",
        "file_size": f"{want['file_size']} bytes per file",
        "open_files": f"{want['open_files']} per process",
    }
    if group:
        kept["cpus"] = f"{want['cpus']:g} ({group})"
    if group or counts_processes:
        kept["processes"] = f"{want['processes']} in total"
    if sized_files:
        kept |= {name: f"{want[name]} bytes in total (tmpfs)" for name in ("disk", "temporary")}
    return kept


def _group(want: Mapping[str, float], *, counts_processes: bool) -> dict[str, float]:
    # With the limit of each process in force, the supervisor can start a command even if others have used it up.
    supervisor = _SUPERVISOR_PROCESSES if counts_processes else 0
    return {"memory": want["memory"], "pids": want["processes"] + supervisor, "cpu": want["cpus"]}


def _open_files(wanted: int) -> int:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
