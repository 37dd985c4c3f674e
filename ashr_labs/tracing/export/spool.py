"""Traces on disk that could not be delivered at once, until they are.

A spool is a folder of segments. A segment is a file of lines: a checksum, a trace's id, and the request that delivers
it, or `-` once it is delivered. It is locked by the process that writes it for as long as that lives; a segment that
nobody locks is taken over by the next process that delivers to the same platform.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from contextlib import suppress
from errno import ENOSPC
from time import time_ns
from typing import TYPE_CHECKING
from zlib import crc32

from ..._files import lock, read_at

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Place", "Segment", "Spool", "read_lines"]

_SUFFIX = ".spool"
_SEGMENT_BYTES = 4_000_000
_MOST_SEGMENTS = 80
"""Open files; as many as are needed to fill a spool of the default size."""
# Links are not followed: who may write into the folder could make them point at the user's other files.
_FLAGS = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_DONE = b"-"


class Segment:
    """One locked file; OSError where it cannot be had."""

    def __init__(self, path: Path, *, is_new: bool) -> None:
        self.path = path
        self.open = 0
        """Traces in it that are not delivered yet."""
        self._descriptor = os.open(path, _FLAGS | (os.O_CREAT | os.O_EXCL if is_new else 0), 0o600)
        try:
            lock(self._descriptor)
            self.size = _size_of_own(self._descriptor)
        except OSError:
            os.close(self._descriptor)
            raise

    def append(self, identifier: str, content: bytes) -> int:
        """Write a line at once and return where it starts."""
        start = self.size
        line = _line(identifier, content)
        written = os.write(self._descriptor, line)
        if written < len(line):  # else the next line would be a part of this one
            os.ftruncate(self._descriptor, start)
            raise OSError(ENOSPC, "the disk is full", str(self.path))
        self.size += written
        return start

    def mend(self) -> None:
        """End the last line, should its process have died over it."""
        if self.size and self.read(self.size - 1, 1) != b"\n":
            self.size += os.write(self._descriptor, b"\n")

    def read(self, start: int, size: int) -> bytes:
        """Read a part of the file."""
        return read_at(self._descriptor, start, size)

    def read_all(self) -> bytes:
        """Read the whole file."""
        return read_at(self._descriptor, 0, self.size)

    def empty(self) -> None:
        """Forget everything."""
        os.ftruncate(self._descriptor, 0)
        self.size = 0

    def close(self) -> None:
        """Leave the file to others."""
        os.close(self._descriptor)

    def remove(self) -> None:
        """Delete the file."""
        with suppress(OSError):
            self.path.unlink()
        self.close()


class Place:
    """Where a trace is kept."""

    __slots__ = ("identifier", "segment", "size", "start")

    def __init__(self, segment: Segment, identifier: str, start: int, size: int) -> None:
        self.segment = segment
        self.identifier = identifier
        self.start = start
        self.size = size

    def read(self) -> bytes:
        """Return the content."""
        return self.segment.read(self.start, self.size)


class Spool:
    """The spool of one platform and key; any failure of the disk costs the spool only."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._segments: list[Segment] = []
        self._writing: Segment | None = None
        self._bytes_of_others = 0
        self._last_name = 0

    def keep(self, identifier: str, content: bytes) -> Place | None:
        """Write a trace and return where; None where that is impossible."""
        try:
            segment = self._room_for(len(content))
            if segment is None:
                return None
            start = segment.append(identifier, content)
        except OSError:
            return None
        segment.open += 1
        return Place(segment, identifier, start + len(_head(identifier, content)), len(content))

    def done(self, place: Place) -> None:
        """Note that a trace is delivered, so that nobody sends it again."""
        segment = place.segment
        segment.open -= 1
        with suppress(OSError):
            if segment.open:
                segment.append(place.identifier, _DONE)
            elif segment is self._writing:
                segment.empty()
            else:
                segment.remove()
                self._segments.remove(segment)

    def inherit(self) -> list[Place]:
        """Take over what dead processes left, oldest first; not more files at a time than the host can spare."""
        own = {segment.path for segment in self._segments}
        found: list[Place] = []
        with suppress(OSError):
            _check_folder(self._folder)
            for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
                if len(self._segments) >= _MOST_SEGMENTS:
                    break
                if path not in own:
                    found += self._take_over(path)
        return found

    def close(self) -> None:
        """Leave what is undelivered to the next process."""
        for segment in self._segments:
            with suppress(OSError):
                if segment.open:
                    segment.close()
                else:
                    segment.remove()
        self._segments, self._writing = [], None

    def leave(self) -> None:
        """Let go of the parent's files in a process that was forked; they stay as they are."""
        for segment in self._segments:
            with suppress(OSError):
                segment.close()
        self._segments, self._writing = [], None

    def _take_over(self, path: Path) -> list[Place]:
        try:
            segment = Segment(path, is_new=False)
        except OSError:  # its process lives, another has just taken it over, or it is none of ours
            return []
        try:
            segment.mend()
            waiting = read_lines(segment.read_all())
        except OSError:  # a disk that fails
            segment.close()
            return []
        if not waiting:
            segment.remove()
            return []
        segment.open = len(waiting)
        self._segments.append(segment)
        return [Place(segment, identifier, *where) for identifier, where in waiting.items()]

    def _room_for(self, size: int) -> Segment | None:
        if self._writing is None or self._writing.size > _SEGMENT_BYTES:
            self._writing = self._new_segment()
        used = self._bytes_of_others + sum(segment.size for segment in self._segments)
        return self._writing if used + size <= self._max_bytes else None

    def _new_segment(self) -> Segment:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _check_folder(self._folder)
        own = {segment.path for segment in self._segments}
        others = [path for path in self._folder.glob(f"*{_SUFFIX}") if path not in own]
        self._bytes_of_others = sum(path.stat().st_size for path in others)
        self._last_name = max(time_ns(), self._last_name + 1)  # in order, even if the clock is set back
        name = f"{self._last_name:020d}-{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}"
        segment = Segment(self._folder / name, is_new=True)
        self._segments.append(segment)
        return segment


def read_lines(data: bytes) -> dict[str, tuple[int, int]]:
    """Return where each undelivered trace's content starts and how long it is; damaged lines are skipped."""
    waiting: dict[str, tuple[int, int]] = {}
    start = 0
    for line in data.split(b"\n"):
        checksum, _, rest = line.partition(b" ")
        identifier, _, content = rest.partition(b" ")
        if content and checksum == b"%08x" % crc32(rest):
            name = identifier.decode("ascii", "replace")
            if content == _DONE:
                waiting.pop(name, None)
            else:
                waiting[name] = (start + len(line) - len(content), len(content))
        start += len(line) + 1
    return waiting


def _head(identifier: str, content: bytes) -> bytes:
    name = identifier.encode()
    return b"%08x %s " % (crc32(content, crc32(name + b" ")), name)


def _line(identifier: str, content: bytes) -> bytes:
    return _head(identifier, content) + content + b"\n"


def _size_of_own(descriptor: int) -> int:
    """Return the size of a file; OSError where it is gone, no file, or another user's."""
    found = os.fstat(descriptor)
    if found.st_nlink == 0 or not stat.S_ISREG(found.st_mode) or not _is_own(found):
        raise OSError("removed between its opening and its locking, or not a file of this user")
    return found.st_size


def _check_folder(folder: Path) -> None:
    """Raise OSError where others could read or exchange the files of a folder."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or not _is_own(found) or (os.name == "posix" and found.st_mode & 0o022):
        raise PermissionError(f"{folder} is not a folder that this user alone may write to")


if sys.platform == "win32":

    def _is_own(_found: os.stat_result) -> bool:
        return True

else:

    def _is_own(found: os.stat_result) -> bool:
        return found.st_uid == os.geteuid()
