"""Exclusive file locks that end with their process, and reads that leave the write position alone."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FileLock", "lock", "read_at"]

if sys.platform == "win32":
    import msvcrt

    _FAR = 2**40
    """Windows refuses reads of locked bytes: lock one beyond any content."""

    def lock(descriptor: int) -> None:
        """Lock an open file exclusively; raise OSError if another open file holds the lock."""
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def read_at(descriptor: int, start: int, size: int) -> bytes:
        """Read up to `size` bytes from the offset `start`."""
        os.lseek(descriptor, start, os.SEEK_SET)
        return os.read(descriptor, size)

else:
    import fcntl

    def lock(descriptor: int) -> None:
        """Lock an open file exclusively; raise OSError if another open file holds the lock."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def read_at(descriptor: int, start: int, size: int) -> bytes:
        """Read up to `size` bytes from the offset `start`."""
        return os.pread(descriptor, size, start)


class FileLock:
    """Hold `path` exclusively until `release`.

    Raises:
        BlockingIOError: Another process holds it.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            lock(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            raise BlockingIOError(f"{path} is locked by another process") from error

    def release(self) -> None:
        """Release the lock."""
        os.close(self._descriptor)
