"""Locks on open files that die with their process, and reads that do not move where is written."""

from __future__ import annotations

import os
import sys

__all__ = ["lock", "read_at"]

if sys.platform == "win32":
    import msvcrt

    _FAR = 2**40
    """Windows lets nobody read locked bytes: lock one beyond any content."""

    def lock(descriptor: int) -> None:
        """Lock a file, or raise OSError where somebody else has."""
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def read_at(descriptor: int, start: int, size: int) -> bytes:
        """Read a part of a file."""
        os.lseek(descriptor, start, os.SEEK_SET)
        return os.read(descriptor, size)

else:
    import fcntl

    def lock(descriptor: int) -> None:
        """Lock a file, or raise OSError where somebody else has."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def read_at(descriptor: int, start: int, size: int) -> bytes:
        """Read a part of a file."""
        return os.pread(descriptor, size, start)
