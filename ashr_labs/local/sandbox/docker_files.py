"""Files of a container as Docker's API has them: archives of tar, and the state of a path."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from .errors import SandboxError, SandboxFileError
from .protocol import FileEntry, Listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["PathState", "archive_of", "content_of", "listing_of", "path_state"]

_GO_FOLDER, _GO_LINK = 1 << 31, 1 << 27
_GO_SPECIAL = (1 << 26) | (1 << 25) | (1 << 24) | (1 << 21)
"""Device, pipe, socket and character device, as the modes of Go have them."""
_MAX_ENTRIES = 200_000
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class PathState:
    """The state of a path."""

    kind: str
    """`file`, `folder`, `link` or `special`."""
    size: int
    mode: int
    """Permission bits."""


def path_state(header: str) -> PathState:
    """Return the state that the header `X-Docker-Container-Path-Stat` tells.

    Raises:
        SandboxError: It is not as documented.
    """
    try:
        found: dict[str, Any] = json.loads(base64.b64decode(header))
        mode, size = int(found["mode"]), int(found["size"])
    except (ValueError, KeyError, TypeError) as error:
        raise SandboxError("the daemon answered no state of the path") from error
    kind = "folder" if mode & _GO_FOLDER else "link" if mode & _GO_LINK else "special" if mode & _GO_SPECIAL else "file"
    return PathState(kind, size, mode & 0o777)


def archive_of(path: str, content: bytes, *, mode: int, folders: Iterable[str], uid: int) -> bytes:
    """Return an archive with a file, and the folders above it that are missing.

    Args:
        path: The file, relative to where the archive is unpacked.
        content: Its bytes.
        mode: Its permissions.
        folders: The missing folders, from the top.
        uid: The user and group of all.
    """
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, errors="surrogateescape") as archive:
        for folder in folders:
            archive.addfile(_member(folder, tarfile.DIRTYPE, 0o755, 0, uid))
        archive.addfile(_member(path, tarfile.REGTYPE, mode, len(content), uid), io.BytesIO(content))
    return buffer.getvalue()


def content_of(archive: IO[bytes], path: str, limit: int) -> bytes:
    """Return the bytes of the file that an archive begins with.

    Raises:
        SandboxFileError: It is not a file, or larger than `limit`.
        SandboxError: It is not an archive.
    """
    for member, file in _members(archive):
        if file is None:
            break
        if member.size > limit:
            raise SandboxFileError(f"{path!r} has {member.size} bytes, which are more than {limit}", code="large")
        return file.read()
    raise SandboxFileError(f"{path!r} is not a file", code="special")


def listing_of(archive: IO[bytes]) -> Listing:
    """Return the entries of an archive of a folder, with the checksums of files.

    Raises:
        SandboxFileError: There are too many.
        SandboxError: It is not an archive.
    """
    entries: list[FileEntry] = []
    sums: dict[str, tuple[str | None, int]] = {}
    for member, file in _members(archive):
        _, _, path = member.name.rstrip("/").partition("/")
        if not path:
            continue  # the folder itself
        if len(entries) == _MAX_ENTRIES:
            raise SandboxFileError(f"the workspace has more than {_MAX_ENTRIES} entries", code="large")
        if member.islnk():  # another name of a file before it
            checksum, size = sums.get(member.linkname, (None, 0))
        else:
            checksum, size = None if file is None else _checksum(file), member.size
        sums[member.name] = checksum, size
        entries.append(_entry(path, member, checksum, size))
    return Listing(tuple(sorted(entries, key=lambda one: one.path)))


def _entry(path: str, member: tarfile.TarInfo, checksum: str | None, size: int) -> FileEntry:
    kind = (
        "folder"
        if member.isdir()
        else "link"
        if member.issym()
        else "file"
        if member.isreg() or member.islnk()
        else "special"
    )
    return FileEntry(
        path=path,
        kind=kind,
        size=size,
        mode=member.mode & 0o777,
        sha256=checksum if kind == "file" else None,
        target=member.linkname if kind == "link" else None,
        modified_at=float(member.mtime),
    )


def _members(archive: IO[bytes]) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """Yield the members of an archive, each with its content if it is a file; it is read once, in their order."""
    try:
        with tarfile.open(fileobj=archive, mode="r|", errors="surrogateescape") as opened:
            for member in opened:
                yield member, opened.extractfile(member) if member.isreg() else None
    except tarfile.TarError as error:
        raise SandboxError(f"the daemon answered something else than an archive: {error}") from error


def _checksum(file: IO[bytes]) -> str:
    found = hashlib.sha256()
    while part := file.read(_CHUNK):
        found.update(part)
    return found.hexdigest()


def _member(name: str, kind: bytes, mode: int, size: int, uid: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.mode, member.size, member.uid, member.gid = kind, mode, size, uid, uid
    return member
