"""Files of a workspace, without following a link, whatever processes do to the tree meanwhile.

A path is walked from the descriptor of the workspace, one folder at a time, by `openat` with `O_NOFOLLOW`.
"""

from __future__ import annotations

import errno
import os
import stat

from .wire import CHUNK, DATA, pack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from typing import Protocol

    class Reply(Protocol):
        """Takes the frames of an answer."""

        def send(self, kind: bytes, payload: bytes = b"") -> None:
            """Send a frame."""

        def finish(self, result: Mapping[str, bytes]) -> None:
            """Send the last frame."""

    _Found = tuple[bytes, int, str, os.stat_result]

__all__ = ["FileError", "Upload", "Workspace"]

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o644
_MAX_DEPTH = 200
_MAX_ENTRIES = 250_000
_FILES_PER_STEP = 100
_HASH_CHUNK = 1 << 20
_UNKNOWN: tuple[tuple[int, ...], bytes] = ((), b"")
_KINDS = {stat.S_IFREG: b"file", stat.S_IFDIR: b"folder", stat.S_IFLNK: b"link"}
_CODES = {
    errno.ENOENT: "missing",
    errno.ELOOP: "link",
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.ENAMETOOLONG: "name",
    errno.EINVAL: "name",
    errno.EISDIR: "folder",
    errno.ENOTDIR: "missing",
    errno.ENXIO: "special",
}


class FileError(Exception):
    """A file that cannot be read or written as asked; `code` is what the engine's error is made of."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def problem(error: OSError, path: bytes) -> FileError:
    """Return why the system refused."""
    code = _CODES.get(error.errno or 0, "failed")
    return FileError(code, f"{os.fsdecode(path)}: {os.strerror(error.errno or 0)}")


class Workspace:
    """The files below one folder."""

    def __init__(self, root: str) -> None:
        self._root = os.open(root, _FOLDER)
        self._digests: dict[bytes, tuple[tuple[int, ...], bytes]] = {}
        self._uploads = 0

    def read(self, path: bytes, limit: int, reply: Reply) -> Iterator[None]:
        """Send a file in steps, and finish with its size and mode."""
        descriptor = self._open(path)
        try:
            found = os.fstat(descriptor)
            if found.st_size > limit:
                raise FileError("large", f"{os.fsdecode(path)}: {found.st_size} bytes are more than {limit}")
            size = 0
            while size <= limit and (data := os.read(descriptor, CHUNK)):
                size += len(data)
                reply.send(DATA, data)
                yield
        finally:
            os.close(descriptor)
        reply.finish({"size": b"%d" % size, "mode": b"%d" % stat.S_IMODE(found.st_mode)})

    def delete(self, path: bytes) -> None:
        """Remove a file, or a link itself."""
        folder, name = self._parent(path)
        try:
            os.unlink(name, dir_fd=folder)
        except OSError as error:
            raise problem(error, path) from error
        finally:
            os.close(folder)

    def upload(self, path: bytes, mode: int | None) -> Upload:
        """Start to write a file; missing folders are made."""
        folder, name = self._parent(path, create=True)
        self._uploads += 1
        try:
            return Upload(folder, name, b".ashr-upload-%d-%d" % (os.getpid(), self._uploads), mode)
        except BaseException:
            os.close(folder)
            raise

    def list(self, reply: Reply) -> Iterator[None]:
        """Send all entries in steps, each with its checksum; unchanged files are not read again."""
        known, self._digests = self._digests, {}
        counts = {"entries": 0, "unreadable": 0, "too_deep": 0}
        pending: list[bytes] = []
        for path, folder, name, seen in self._walk(os.dup(self._root), b"", counts):
            counts["entries"] += 1
            if counts["entries"] > _MAX_ENTRIES:
                raise FileError("large", f"the workspace has more than {_MAX_ENTRIES} entries")
            found, detail = seen, b""
            kind = _KINDS.get(stat.S_IFMT(seen.st_mode), b"special")
            if kind == b"link":
                detail = _target(folder, name)
            elif kind == b"file":
                detail = known[path][1] if known.get(path, _UNKNOWN)[0] == _state(found) else b""
                if not detail:
                    found, detail = yield from _digest(folder, name, found)
                counts["unreadable"] += not detail
                self._digests[path] = (_state(found), detail)
            size, mode = b"%d" % found.st_size, b"%d" % stat.S_IMODE(found.st_mode)
            pending.append(pack([path, kind, size, mode, b"%d" % found.st_mtime_ns, detail]))
            if len(pending) >= _FILES_PER_STEP:
                reply.send(DATA, pack(pending))
                pending.clear()
                yield
        reply.send(DATA, pack(pending))
        reply.finish({key: b"%d" % count for key, count in counts.items()})

    def _walk(self, folder: int, prefix: bytes, counts: dict[str, int], depth: int = 0) -> Iterator[_Found]:
        """Yield path, folder, name and attributes of each entry; close the folder after that."""
        try:
            for name in os.listdir(folder):
                path = prefix + os.fsencode(name)
                try:
                    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
                except OSError:
                    continue  # it has been removed meanwhile
                yield path, folder, name, found
                if not stat.S_ISDIR(found.st_mode):
                    continue
                if depth >= _MAX_DEPTH:
                    counts["too_deep"] += 1
                    continue
                try:
                    below = os.open(name, _FOLDER, dir_fd=folder)
                except OSError:
                    counts["unreadable"] += 1
                    continue
                yield from self._walk(below, path + b"/", counts, depth + 1)
        finally:
            os.close(folder)

    def _open(self, path: bytes) -> int:
        """Return the descriptor of a regular file.

        Raises:
            FileError: It does not exist, or is not a regular file.
        """
        folder, name = self._parent(path)
        try:
            descriptor = os.open(name, _FILE, dir_fd=folder)
        except OSError as error:
            raise problem(error, path) from error
        finally:
            os.close(folder)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        os.close(descriptor)
        raise FileError("folder" if is_folder else "special", f"{os.fsdecode(path)}: not a regular file")

    def _parent(self, path: bytes, *, create: bool = False) -> tuple[int, bytes]:
        """Return the descriptor of the folder that a path lies in, and the last part of the path."""
        *folders, name = path.split(b"/")
        descriptor = os.dup(self._root)
        try:
            for folder in folders:
                descriptor = _enter(descriptor, folder, create=create)
        except OSError as error:
            os.close(descriptor)
            raise problem(error, path) from error
        return descriptor, name


class Upload:
    """A file that is being written beside its destination, which it replaces when it is complete.

    Args:
        folder: Descriptor of the folder; it is closed at the end.
        name: Name of the file.
        temporary: Its name until then.
        mode: Its permissions; None keeps those of the file that it replaces.
    """

    def __init__(self, folder: int, name: bytes, temporary: bytes, mode: int | None) -> None:
        self._folder = folder
        self._name = name
        self._temporary = temporary
        self._mode = self._current_mode() if mode is None else mode
        try:
            self._file = os.open(temporary, _NEW, 0o600, dir_fd=folder)
        except OSError as error:
            raise problem(error, name) from error

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            FileError: There is no space for them.
        """
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            raise problem(error, self._name) from error

    def commit(self) -> None:
        """Replace the destination.

        Raises:
            FileError: The system refuses.
        """
        try:
            os.fchmod(self._file, self._mode)
            os.rename(self._temporary, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
            self._temporary = b""
        except OSError as error:
            raise problem(error, self._name) from error

    def close(self) -> None:
        """Remove what has not replaced its destination."""
        if self._folder < 0:
            return
        if self._temporary:
            try:
                os.unlink(self._temporary, dir_fd=self._folder)
            except OSError:
                pass
        os.close(self._file)
        os.close(self._folder)
        self._folder = -1

    def _current_mode(self) -> int:
        """Return the permissions of the file that is replaced.

        Raises:
            FileError: There is something else by that name.
        """
        try:
            found = os.stat(self._name, dir_fd=self._folder, follow_symlinks=False)
        except OSError as error:
            if error.errno == errno.ENOENT:
                return _MODE
            raise problem(error, self._name) from error
        if stat.S_ISREG(found.st_mode):
            return stat.S_IMODE(found.st_mode)
        code = "link" if stat.S_ISLNK(found.st_mode) else "folder" if stat.S_ISDIR(found.st_mode) else "special"
        raise FileError(code, f"{os.fsdecode(self._name)}: not a regular file")


def _enter(descriptor: int, name: bytes, *, create: bool) -> int:
    """Return the descriptor of a folder in another one, which is closed."""
    if create:
        try:
            os.mkdir(name, 0o755, dir_fd=descriptor)
        except FileExistsError:
            pass
    try:
        below = os.open(name, _FOLDER, dir_fd=descriptor)
    except NotADirectoryError as error:
        if stat.S_ISLNK(os.stat(name, dir_fd=descriptor, follow_symlinks=False).st_mode):
            raise OSError(errno.ELOOP, "a link") from error
        raise
    os.close(descriptor)
    return below


def _target(folder: int, name: str) -> bytes:
    try:
        return os.fsencode(os.readlink(name, dir_fd=folder))
    except OSError:
        return b""  # it has been replaced meanwhile


def _state(found: os.stat_result) -> tuple[int, ...]:
    """Return what differs when a file has changed.

    A process can restore the time of the last change of the content, but not of the last change of any kind.
    """
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def _digest(folder: int, name: str, found: os.stat_result) -> Generator[None, None, tuple[os.stat_result, bytes]]:
    """Return the attributes and the SHA-256 of a file, reading it in steps; no digest if it cannot be read."""
    import hashlib  # noqa: PLC0415 - slow: needed for checksums only

    try:
        descriptor = os.open(name, _FILE, dir_fd=folder)
    except OSError:
        return found, b""
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return found, b""
        digest, size = hashlib.sha256(), 0
        while size <= found.st_size and (data := os.read(descriptor, _HASH_CHUNK)):
            digest.update(data)
            size += len(data)
            if size >= _HASH_CHUNK:
                yield
    finally:
        os.close(descriptor)
    return found, digest.hexdigest().encode()
