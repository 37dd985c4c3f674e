"""Processes of a sandbox: starting them with limits, and ending all of their descendants.

A command runs below a reaper, a fork of the supervisor that is a "child subreaper": it adopts every descendant whose
parent has ended. So a descendant in a session of its own stays below it, too, and is found when the command is killed.
A child of the supervisor that is not a reaper can only be there because its reaper was killed, and is killed as well.
"""

from __future__ import annotations

import os
import resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Mapping, Sequence
else:
    import _signal

__all__ = [
    "CONTINUE",
    "KILL",
    "LIMITS",
    "Program",
    "descendants",
    "kill",
    "kill_orphans",
    "parents",
    "protect",
    "raise_open_files",
    "reap",
    "signal",
    "start",
]

CONTINUE = _signal.SIGCONT
KILL = _signal.SIGKILL

_PR_SET_DUMPABLE = 4
_PR_SET_CHILD_SUBREAPER = 36
_MOST_LIKELY_VICTIM = b"1000"
"""Short of memory, the kernel kills commands before the supervisor."""
LIMITS = {
    "memory": resource.RLIMIT_DATA,
    "processes": resource.RLIMIT_NPROC,
    "file_size": resource.RLIMIT_FSIZE,
    "open_files": resource.RLIMIT_NOFILE,
    "core": resource.RLIMIT_CORE,
}

_prctl_of_libc: list[object] = []


class Program:
    """A program to run: arguments, variables, folder and limits."""

    __slots__ = ("argv", "cwd", "environment", "limits")

    def __init__(
        self, argv: Sequence[bytes], environment: Mapping[bytes, bytes], cwd: bytes, limits: Mapping[str, int]
    ) -> None:
        self.argv = list(argv)
        self.environment = dict(environment)
        self.cwd = cwd
        self.limits = dict(limits)


def raise_open_files(wanted: int) -> int:
    """Allow this process more open files, and return how many it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(soft, allowed)


def protect() -> None:
    """Keep other processes of this user from tracing this one, and adopt orphans.

    Raises:
        OSError: The kernel refused.
    """
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def start(program: Program, stdin: int, stdout: int, stderr: int, report: int) -> int:
    """Start a program below a reaper, and return the reaper's process id.

    Args:
        program: What to run.
        stdin: Descriptor of its standard input.
        stdout: Descriptor of its standard output.
        stderr: Descriptor of its standard error.
        report: Where the reaper writes the exit code, negative for a signal; closed when the last descendant ended.

    Raises:
        OSError: No process could be started.
    """
    reaper = os.fork()
    if reaper:
        return reaper
    try:
        os.setsid()
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
        child = os.fork()
        if not child:
            _become(program, (stdin, stdout, stderr))
        _keep(child, report)
    finally:
        os._exit(1)


def _keep(child: int, report: int) -> None:
    """Report the exit code of the child, and wait for all other descendants."""
    nowhere = os.open("/dev/null", os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    os.dup2(report, 3)
    _close_from(4)
    while True:
        try:
            pid, status = os.waitpid(-1, 0)
        except ChildProcessError:
            os._exit(0)
        if pid == child:
            os.write(3, b"%d" % os.waitstatus_to_exitcode(status))


def _become(program: Program, standard: tuple[int, int, int]) -> None:
    """Replace this process with the program; a shell's exit codes say why that failed."""
    os.setsid()
    for target, source in enumerate([os.dup(one) for one in standard]):
        os.dup2(source, target)
    _close_from(3)
    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores them
        _signal.signal(getattr(_signal, name), _signal.SIG_DFL)
    os.umask(0o022)
    _be_likely_victim()
    try:
        os.chdir(program.cwd)
        for name, value in program.limits.items():
            resource.setrlimit(LIMITS[name], (value, value))
        os.execvpe(program.argv[0], program.argv, program.environment)
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else str(error)
        os.write(2, b"cannot run %s: %s\n" % (program.argv[0], reason.encode()))
        os._exit(127 if missing else 126)


def _close_from(first: int) -> None:
    os.closerange(first, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _be_likely_victim() -> None:
    try:
        _prctl(_PR_SET_DUMPABLE, 1)  # a protected process may not write its own files of /proc
        descriptor = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
        os.write(descriptor, _MOST_LIKELY_VICTIM)
        os.close(descriptor)
    except OSError:
        pass


def parents() -> dict[int, int]:
    """Return the parent of each process that this one sees."""
    found: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                descriptor = os.open(f"/proc/{name}/stat", os.O_RDONLY)
                stat = os.read(descriptor, 4096)
                os.close(descriptor)
            except OSError:
                continue  # it has ended
            found[int(name)] = int(stat[stat.rindex(b")") + 2 :].split()[1])
    return found


def descendants(root: int, table: Mapping[int, int]) -> set[int]:
    """Return the processes below `root`, by a table of parents."""
    children: dict[int, list[int]] = {}
    for pid, parent in table.items():
        children.setdefault(parent, []).append(pid)
    found: set[int] = set()
    rest = [root]
    while rest:
        new = [pid for pid in children.get(rest.pop(), ()) if pid not in found]
        found.update(new)
        rest += new
    return found


def signal(pids: set[int], number: int) -> None:
    """Send a signal to the processes that still run."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except OSError:
            continue  # it has ended


def kill(pids: set[int]) -> None:
    """Kill processes; all are stopped first, so that none starts another meanwhile."""
    signal(pids, _signal.SIGSTOP)
    signal(pids, KILL)


def kill_orphans(reapers: set[int]) -> bool:
    """Kill all processes that are not below a reaper; return whether there were any."""
    table = parents()
    me = os.getpid()
    orphans = {pid for pid, parent in table.items() if parent == me and pid not in reapers}
    for orphan in tuple(orphans):
        orphans |= descendants(orphan, table)
    kill(orphans)
    return bool(orphans)


def reap() -> dict[int, int]:
    """Return the wait status of each child that has ended."""
    ended: dict[int, int] = {}
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if not pid:
            return ended
        ended[pid] = status


def _prctl(option: int, value: int) -> None:
    if not _prctl_of_libc:
        import ctypes  # noqa: PLC0415 - slow: imported after the supervisor has said that it is there

        _prctl_of_libc.append(ctypes.CDLL(None, use_errno=True).prctl)
    if _prctl_of_libc[0](option, value, 0, 0, 0):  # type: ignore[operator]
        raise OSError(f"prctl({option}, {value}) failed")
