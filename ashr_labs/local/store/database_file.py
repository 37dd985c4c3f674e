"""Exclusive use of a SQLite file: one process at a time, whatever path it is opened by."""

from __future__ import annotations

import logging
import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from ..._files import FileLock, lock
from ...errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DatabaseFile", "FileReplacedError"]

_logger = logging.getLogger(__name__)

_open_files: set[tuple[int, int]] = set()
"""Device and inode of the files that this process has open."""


class FileReplacedError(Exception):
    """The file was deleted or replaced while it was open."""


class DatabaseFile:
    """Lock a file, create it if it does not exist, and keep it private to its owner.

    Raises:
        ConfigurationError: Another process, or this one by another path, has it open, or it cannot be made private.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._lock = FileLock(path.with_name(path.name + ".lock"))
        except BlockingIOError as error:
            raise _in_use(path) from error
        try:
            self._descriptor = _open(path)
        except (OSError, ConfigurationError):
            self._lock.release()
            raise
        self._identity = _identity(os.fstat(self._descriptor))
        _open_files.add(self._identity)

    def check(self) -> None:
        """Raise `FileReplacedError` if the path no longer leads to the open file, so that commits would be lost."""
        try:
            identity = _identity(os.stat(self._path))  # noqa: PTH116 - `Path.stat` takes twice as long
        except OSError:
            identity = None
        if identity != self._identity:
            raise FileReplacedError(f"{self._path} was deleted or replaced while it was open; restart the platform")

    def release(self) -> None:
        """Unlock the file, after SQLite has closed it: closing a file drops the locks that SQLite holds on it."""
        _open_files.discard(self._identity)
        os.close(self._descriptor)
        self._lock.release()


def _open(path: Path) -> int:
    """Open and lock the file itself, which hard links and bind mounts share."""
    with suppress(OSError):
        if _identity(path.stat()) in _open_files:  # before it is opened: closing it again would drop SQLite's locks
            raise _in_use(path)
    # Created here, so that SQLite creates its journals with the same mode.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        # Only Linux keeps this lock apart from those of SQLite; network file systems may not support it.
        if sys.platform == "linux":
            _lock_itself(descriptor, path)
        if os.name == "posix":
            _make_private(descriptor, path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _lock_itself(descriptor: int, path: Path) -> None:
    try:
        lock(descriptor)
    except BlockingIOError as error:
        raise _in_use(path) from error
    except OSError:
        _logger.info("%s is on a file system without locks; opening it twice by different paths goes unnoticed", path)


def _make_private(descriptor: int, path: Path) -> None:
    mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
    if not mode & 0o077:
        return
    try:
        os.fchmod(descriptor, 0o600)
        for suffix in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).chmod(0o600)
    except OSError as error:
        raise ConfigurationError(f"only the owner may have access, got mode {mode:04o}; run `chmod 600`") from error
    _logger.warning("changed the mode of %s from %04o to 0600: it holds secrets of all tenants", path, mode)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _in_use(path: Path) -> ConfigurationError:
    return ConfigurationError(
        f"{path} is in use by another process; close it there, or start `ashr-labs serve --database {path}` "
        "and connect both to its URL"
    )
