"""Traces on disk that could not be delivered yet.

A spool is a folder of segments. A segment is a file of lines: a checksum, the trace's identifier, and the request, or
`-` once the trace is delivered. The process that writes a segment holds its lock; a segment without a lock is recovered
by the next process that delivers to the same destination.
"""

from __future__ import annotations

import os
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

__all__ = ["Segment", "Spool", "SpoolRecord", "read_lines"]

_SUFFIX = ".spool"
_SEGMENT_BYTES = 4_000_000
_MAX_SEGMENTS = 80
"""Open files; as many as a full spool of the default size needs."""
# Symbolic links are not followed: another user with write access could point them at this user's other files.
_FLAGS = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_DONE = b"-"


class Segment:
    """One locked file.

    Raises:
        OSError: It cannot be opened or locked.
    """

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

    @property
    def is_deleted(self) -> bool:
        """Whether another program has deleted the file; its content can still be read, but only by this process."""
        return os.fstat(self._descriptor).st_nlink == 0

    def append(self, identifier: str, content: bytes) -> int:
        """Write a line and return its offset."""
        if self.is_deleted:
            raise FileNotFoundError(f"{self.path} was deleted")
        start = self.size
        line = _line(identifier, content)
        written = os.write(self._descriptor, line)
        if written < len(line):  # the next line would be appended to this one
            os.ftruncate(self._descriptor, start)
            raise OSError(ENOSPC, "the disk is full", str(self.path))
        self.size += written
        return start

    def repair(self) -> None:
        """Terminate the last line if its process died while writing it."""
        if self.size and self.read(self.size - 1, 1) != b"\n":
            self.size += os.write(self._descriptor, b"\n")

    def read(self, start: int, size: int) -> bytes:
        """Read a part of the file."""
        return read_at(self._descriptor, start, size)

    def read_all(self) -> bytes:
        """Read the whole file."""
        return read_at(self._descriptor, 0, self.size)

    def truncate(self) -> None:
        """Remove all lines."""
        os.ftruncate(self._descriptor, 0)
        self.size = 0

    def close(self) -> None:
        """Release the file to other processes."""
        os.close(self._descriptor)

    def remove(self) -> None:
        """Delete the file."""
        with suppress(OSError):
            self.path.unlink()
        self.close()


class SpoolRecord:
    """A trace in a segment."""

    __slots__ = ("checksum", "identifier", "segment", "size", "start")

    def __init__(self, segment: Segment, identifier: str, start: int, size: int, checksum: int) -> None:
        self.segment = segment
        self.identifier = identifier
        self.start = start
        self.size = size
        self.checksum = checksum

    def read(self) -> bytes:
        """Return the content; OSError if it is not what was written."""
        content = self.segment.read(self.start, self.size)
        if _checksum(self.identifier.encode(), content) != self.checksum:
            raise OSError(f"a trace in {self.segment.path} is damaged")
        return content


class Spool:
    """The spool of one destination; without a working disk, traces stay in memory."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._segments: list[Segment] = []
        self._writing: Segment | None = None
        self._bytes_of_others = 0
        self._last_name = 0

    def write(self, identifier: str, content: bytes) -> SpoolRecord | None:
        """Write a trace and return its record, or None if that is not possible."""
        for _ in range(2):
            try:
                segment = self._segment_for(len(content))
                if segment is None:
                    return None
                start = segment.append(identifier, content)
            except FileNotFoundError:  # another program deleted the segment, or the folder
                self._abandon_writing()
            except OSError:
                return None
            else:
                segment.open += 1
                head = _head(identifier, content)
                return SpoolRecord(segment, identifier, start + len(head), len(content), int(head[:8], 16))
        return None

    def done(self, record: SpoolRecord) -> None:
        """Mark a trace as delivered, so that no process sends it again."""
        segment = record.segment
        segment.open -= 1
        with suppress(OSError):
            if segment.open:
                segment.append(record.identifier, _DONE)
            elif segment is self._writing:
                segment.truncate()
            else:
                segment.remove()
                self._segments.remove(segment)

    def rewrite(self, record: SpoolRecord) -> SpoolRecord | None:
        """Write the trace of a deleted segment again; return its new record, or None if that is not possible."""
        try:
            content = record.read()
        except OSError:
            return None
        moved = self.write(record.identifier, content)
        if moved is not None:
            self.done(record)
        return moved

    def deleted(self) -> list[Segment]:
        """Return the segments with undelivered traces that another program has deleted."""
        return [segment for segment in self._segments if segment.open and segment.is_deleted]

    def recover(self) -> list[SpoolRecord]:
        """Recover the segments of dead processes, oldest first, up to a limit of open files."""
        own = {segment.path for segment in self._segments}
        found: list[SpoolRecord] = []
        with suppress(OSError):
            _check_folder(self._folder)
            for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
                if len(self._segments) >= _MAX_SEGMENTS:
                    break
                if path not in own:
                    found += self._recover_segment(path)
        return found

    def close(self) -> None:
        """Leave undelivered traces to the next process."""
        for segment in self._segments:
            with suppress(OSError):
                if segment.open:
                    segment.close()
                else:
                    segment.remove()
        self._segments, self._writing = [], None

    def detach(self) -> None:
        """Close the parent's files in a forked process, and leave them unchanged."""
        for segment in self._segments:
            with suppress(OSError):
                segment.close()
        self._segments, self._writing = [], None

    def _recover_segment(self, path: Path) -> list[SpoolRecord]:
        try:
            segment = Segment(path, is_new=False)
        except OSError:  # its process is alive, another process recovers it, or it belongs to another user
            return []
        try:
            segment.repair()
            waiting = read_lines(segment.read_all())
        except OSError:  # a disk error
            segment.close()
            return []
        if not waiting:
            segment.remove()
            return []
        segment.open = len(waiting)
        self._segments.append(segment)
        return [SpoolRecord(segment, identifier, *where) for identifier, where in waiting.items()]

    def _abandon_writing(self) -> None:
        segment, self._writing = self._writing, None
        if segment is not None and not segment.open:
            segment.close()
            self._segments.remove(segment)

    def _segment_for(self, size: int) -> Segment | None:
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
        self._last_name = max(time_ns(), self._last_name + 1)  # increasing even if the clock is set back
        name = f"{self._last_name:020d}-{os.getpid()}-{os.urandom(4).hex()}{_SUFFIX}"
        segment = Segment(self._folder / name, is_new=True)
        self._segments.append(segment)
        return segment


def read_lines(data: bytes) -> dict[str, tuple[int, int, int]]:
    """Return the offset, size and checksum of each undelivered trace by its identifier; damaged lines are skipped."""
    waiting: dict[str, tuple[int, int, int]] = {}
    start = 0
    for line in data.split(b"\n"):
        checksum, _, rest = line.partition(b" ")
        identifier, _, content = rest.partition(b" ")
        if content and checksum == b"%08x" % crc32(rest):
            name = identifier.decode("ascii", "replace")
            if content == _DONE:
                waiting.pop(name, None)
            else:
                waiting[name] = (start + len(line) - len(content), len(content), int(checksum, 16))
        start += len(line) + 1
    return waiting


def _checksum(name: bytes, content: bytes) -> int:
    return crc32(content, crc32(name + b" "))


def _head(identifier: str, content: bytes) -> bytes:
    name = identifier.encode()
    return b"%08x %s " % (_checksum(name, content), name)


def _line(identifier: str, content: bytes) -> bytes:
    return _head(identifier, content) + content + b"\n"


def _size_of_own(descriptor: int) -> int:
    """Return the size of a regular file of this user; OSError if it is another's, or deleted meanwhile."""
    found = os.fstat(descriptor)
    if found.st_nlink == 0 or not stat.S_ISREG(found.st_mode) or not _is_own(found):
        raise OSError("deleted before it was locked, or not a file of this user")
    return found.st_size


def _check_folder(folder: Path) -> None:
    """Raise PermissionError if other users could read or replace the files of a folder."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or not _is_own(found) or (os.name == "posix" and found.st_mode & 0o022):
        raise PermissionError(f"{folder} must be a folder that only this user can write to")


if sys.platform == "win32":

    def _is_own(_found: os.stat_result) -> bool:
        return True

else:

    def _is_own(found: os.stat_result) -> bool:
        return found.st_uid == os.geteuid()
