"""Making of bundles: from a folder, a file or an archive to an archive that is the same each time."""

from __future__ import annotations

import gzip
import hashlib
import io
import stat
import tarfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..errors import ConfigurationError
from .archives import opened
from .ignoring import IGNORE_FILE, Ignored
from .members import LIMITS, Contents, Member, checked, member_error

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping

    from .archives import Archive
    from .members import BundleLimits

__all__ = ["Bundle", "pack", "pack_files", "pack_members", "repack"]

_ARCHIVES: Final = (".tar.gz", ".tgz")
_LEVEL: Final = 6
_MAX_IGNORE_FILE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Bundle:
    """An archive with its members."""

    content: bytes = field(repr=False)
    """A tar archive that is compressed by gzip."""
    contents: Contents

    @property
    def digest(self) -> str:
        """The digest of its members, such as `sha256:...`."""
        return self.contents.digest


def pack(path: str | os.PathLike[str], limits: BundleLimits = LIMITS) -> Bundle:
    """Return the bundle of a folder, of one file, or of an archive whose name ends with `.tar.gz` or `.tgz`.

    Of a folder, what `Ignored` matches is left out. The same files give the same bytes: members are sorted, and times
    and owners are 0.

    Args:
        path: The folder, file or archive to pack.
        limits: What the bundle may have at most.

    Raises:
        ConfigurationError: It does not exist, cannot be read, is too large, or holds something that a bundle cannot,
            such as a link that leads out of the folder.

    Example:
        >>> from pathlib import Path
        >>> folder = Path(getfixture("tmp_path"))
        >>> _ = (folder / "main.py").write_text("print('hello')")
        >>> [member.path for member in pack(folder).contents.members]
        ['main.py']
    """
    source = Path(path)
    try:
        if source.is_dir():
            return _packed_folder(source, limits)
        if source.name.endswith(_ARCHIVES):
            _regular(source.stat(), source.name)
            return _packed_archive(_read(source, limits.packed), limits)
        member = _regular(source.stat(), source.name)
        return _written(checked([member]), lambda _: _read(source, limits.unpacked), limits)
    except OSError as error:
        raise ConfigurationError(f"{source} cannot be packed: {error.strerror or error}") from error


def pack_files(files: Mapping[str, bytes], limits: BundleLimits = LIMITS) -> Bundle:
    """Return the bundle of files that are in memory, by their paths.

    Raises:
        ConfigurationError: A path breaks a rule, or the files are too large.
    """
    members = [Member(path, "file", len(content)) for path, content in files.items()]
    return _written(checked(members), files.__getitem__, limits)


def pack_members(archive: Archive, members: Iterable[Member], limits: BundleLimits = LIMITS) -> Bundle:
    """Return the bundle of some members of an archive.

    Raises:
        ConfigurationError: They are too large together, or there are none.
    """
    return _written(checked(members), archive.read, limits)


def repack(
    content: bytes, written: Mapping[str, bytes], removed: Collection[str] = (), limits: BundleLimits = LIMITS
) -> Bundle:
    """Return a bundle with some of its files written or removed.

    Args:
        content: The bundle.
        written: The files that are added or replaced, by path; a file that is replaced stays executable.
        removed: The paths of the files that are left out.
        limits: What both bundles may have at most.

    Raises:
        ConfigurationError: A path breaks a rule, or the files are too large.
    """
    with opened(content, limits) as archive:
        before = {member.path: member for member in archive.contents.members}
        kept = [member for path, member in before.items() if path not in written and path not in removed]
        added = [
            Member(path, "file", len(text), path in before and before[path].is_executable)
            for path, text in written.items()
        ]

        def read(path: str) -> bytes:
            return written[path] if path in written else archive.read(path)

        return _written(checked([*kept, *added]), read, limits)


def _packed_archive(content: bytes, limits: BundleLimits) -> Bundle:
    with opened(content, limits) as archive:
        return _written(archive.contents, archive.read, limits)


def _packed_folder(folder: Path, limits: BundleLimits) -> Bundle:
    ignored = Ignored.from_lines(_ignore_lines(folder / IGNORE_FILE))
    members: list[Member] = []
    for member in _walked(folder, ignored):
        members.append(member)
        if len(members) > limits.members:
            raise ConfigurationError(
                f"a bundle must have at most {limits.members:,} members, and {folder} has more; leave some out with "
                f"a file {IGNORE_FILE}"
            )
    return _written(checked(members), lambda path: _read(folder / path, limits.unpacked), limits)


def _ignore_lines(file: Path) -> list[str]:
    if not file.is_file():
        return []
    if file.stat().st_size > _MAX_IGNORE_FILE:
        raise ConfigurationError(f"{file} must have at most {_MAX_IGNORE_FILE:,} bytes")
    try:
        return file.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file} must be UTF-8: {error}") from error


def _walked(root: Path, ignored: Ignored) -> Iterator[Member]:
    """Yield the contents of a folder, recursively."""
    waiting = [root]
    while waiting:
        for found in waiting.pop().iterdir():
            path = found.relative_to(root).as_posix()
            is_folder = stat.S_ISDIR(found.lstat().st_mode)
            if ignored.matches(path, is_folder=is_folder):
                continue
            if is_folder:
                waiting.append(found)
            yield Member(path, "folder") if is_folder else _file(found, path)


def _file(source: Path, path: str) -> Member:
    about = source.lstat()
    if stat.S_ISLNK(about.st_mode):
        return Member(path, "link", target=source.readlink().as_posix())
    return _regular(about, path)


def _regular(about: os.stat_result, path: str) -> Member:
    if not stat.S_ISREG(about.st_mode):
        raise member_error(path, f"must be a file, a folder or a link; leave it out with a file {IGNORE_FILE}")
    return Member(path, "file", about.st_size, bool(about.st_mode & 0o100))


def _read(source: Path, most: int) -> bytes:
    """Return the content of a file, or enough of it to be refused."""
    with source.open("rb") as file:
        return file.read(most + 1)


def _written(contents: Contents, read: Callable[[str], bytes], limits: BundleLimits) -> Bundle:
    """Return the archive of some members, whose files are read one after the other."""
    members: list[Member] = []
    _check_size(contents.size, limits)
    with _archive() as (tar, out):
        size = 0
        for member in contents.members:
            content = read(member.path) if member.kind == "file" else b""
            size += len(content)
            _check_size(size, limits)
            written = _with_content(member, content)
            tar.addfile(_header(written), io.BytesIO(content))
            members.append(written)
            _check_packed(out, limits)
    _check_packed(out, limits)
    return Bundle(out.getvalue(), Contents(tuple(members)))


@contextmanager
def _archive() -> Generator[tuple[tarfile.TarFile, io.BytesIO]]:
    out = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=out, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w:", format=tarfile.PAX_FORMAT, encoding="utf-8") as tar,
    ):
        yield tar, out


def _with_content(member: Member, content: bytes) -> Member:
    if member.kind != "file":
        return member
    return replace(member, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def _header(member: Member) -> tarfile.TarInfo:
    header = tarfile.TarInfo(member.path)
    header.type = {"file": tarfile.REGTYPE, "folder": tarfile.DIRTYPE, "link": tarfile.SYMTYPE}[member.kind]
    header.mode = 0o755 if member.is_executable or member.kind == "folder" else 0o644
    header.size = member.size
    header.linkname = member.target
    return header


def _check_size(size: int, limits: BundleLimits) -> None:
    if size > limits.unpacked:
        raise ConfigurationError(
            f"the files of a bundle must have at most {limits.unpacked:,} bytes together; leave some out with a file "
            f"{IGNORE_FILE}"
        )


def _check_packed(out: io.BytesIO, limits: BundleLimits) -> None:
    if out.tell() > limits.packed:
        raise ConfigurationError(
            f"a bundle must have at most {limits.packed:,} bytes when it is compressed; leave files out with a file "
            f"{IGNORE_FILE}"
        )
