"""A filter of system calls, made by the library of the kernel's filters, libseccomp."""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import os
from functools import cache
from typing import ClassVar

__all__ = ["REFUSED", "compiled_filter"]

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_NOT_EQUAL = 1

REFUSED = (
    # What changes the machine; all of it needs privileges that a sandbox does not have.
    *("acct", "add_key", "adjtimex", "clock_adjtime", "clock_settime", "delete_module", "finit_module", "init_module"),
    *("ioperm", "iopl", "kexec_file_load", "kexec_load", "keyctl", "pivot_root", "quotactl", "reboot", "request_key"),
    *("sethostname", "setdomainname", "settimeofday", "swapoff", "swapon", "syslog", "vhangup", "setns"),
    # Mounts and file handles.
    *("chroot", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount", "open_tree"),
    *("name_to_handle_at", "open_by_handle_at", "umount2"),
    # Parts of the kernel that programs do without, and in which errors were found again and again.
    *("bpf", "io_uring_enter", "io_uring_register", "io_uring_setup", "lookup_dcookie", "perf_event_open"),
    *("userfaultfd", "vmsplice"),
    # Memory of other processes; with the supervisor's it would not work either.
    *("kcmp", "pidfd_getfd", "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace"),
)
"""System calls that fail with EPERM in a sandbox; as does changing the limits of another process."""


class _Comparison(ctypes.Structure):
    """`struct scmp_arg_cmp`: a condition for an argument of a call."""

    _fields_: ClassVar = [
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    ]


@cache
def compiled_filter() -> bytes | None:
    """Return the filter as the kernel takes it, or None where libseccomp is not installed."""
    name = ctypes.util.find_library("seccomp")
    if name is None:
        return None
    library = ctypes.CDLL(name)
    library.seccomp_init.restype = ctypes.c_void_p
    made: int | None = library.seccomp_init(ctypes.c_uint32(_ALLOW))
    if made is None:
        return None
    context = ctypes.c_void_p(made)
    try:
        return _export(library, context)
    finally:
        library.seccomp_release(context)


def _export(library: ctypes.CDLL, context: ctypes.c_void_p) -> bytes | None:
    refuse = ctypes.c_uint32(_ERRNO | errno.EPERM)
    for call in REFUSED:
        number = library.seccomp_syscall_resolve_name(call.encode())
        # A negative number is unknown to the library, or a call of another architecture.
        if number >= 0 and library.seccomp_rule_add(context, refuse, ctypes.c_int(number), ctypes.c_uint(0)):
            return None
    number = library.seccomp_syscall_resolve_name(b"prlimit64")
    other_process = _Comparison(0, _NOT_EQUAL, 0, 0)
    if library.seccomp_rule_add_array(
        context, refuse, ctypes.c_int(number), ctypes.c_uint(1), ctypes.byref(other_process)
    ):
        return None
    with os.fdopen(os.memfd_create("filter"), "rb") as file:
        if library.seccomp_export_bpf(context, ctypes.c_int(file.fileno())):
            return None
        file.seek(0)
        return file.read()
