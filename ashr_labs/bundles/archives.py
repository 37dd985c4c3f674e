"""Reading of bundles: archives that are not trusted, within limits."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import tempfile
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from ..errors import ConfigurationError
from .members import LIMITS, Contents, Member, checked, member_error, shown, usable

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from .members import BundleLimits

__all__ = ["Archive", "opened", "opened_usable", "read_bundle"]

_BLOCK: Final = 512
_PART: Final = 1 << 20
_IN_MEMORY: Final = 8 << 20
_HEADERS: Final = 4 * _BLOCK
"""Bytes that a member may take up beside its content, on average."""
_LONG: Final = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
"""The types of headers that describe the next member."""
_MAX_LONG: Final = 64 * 1024


class Archive:
    """A bundle that is opened, whose members have been checked."""

    def __init__(self, contents: Contents, files: dict[str, tarfile.TarInfo], tar: tarfile.TarFile) -> None:
        self.contents = contents
        """Its members."""
        self._files = files
        self._tar = tar

    def read(self, path: str) -> bytes:
        """Return the content of a file."""
        return b"".join(_parts(self._tar, self._files[path]))

    def has_file(self, path: str) -> bool:
        """Return True if there is a file of this path."""
        return path in self._files

    def modified_at(self, path: str) -> float:
        """Return when a file was last changed, in seconds since the epoch; 0 in archives that `pack` makes."""
        return float(self._files[path].mtime)


def read_bundle(content: bytes, limits: BundleLimits = LIMITS) -> Contents:
    """Return the members of a bundle.

    Args:
        content: A tar archive that is compressed by gzip.
        limits: What it may have at most.

    Raises:
        ConfigurationError: It cannot be read, is too large, or a member breaks a rule; the message names the member.
    """
    with opened(content, limits) as archive:
        return archive.contents


@contextmanager
def opened(content: bytes, limits: BundleLimits = LIMITS) -> Generator[Archive]:
    """Yield a bundle whose members have been checked; the arguments and errors are those of `read_bundle`."""
    with _opened_tar(content, limits) as tar:
        files = dict[str, tarfile.TarInfo]()
        yield Archive(checked(_members(tar, files, limits)), files, tar)


@contextmanager
def opened_usable(content: bytes, limits: BundleLimits = LIMITS) -> Generator[Archive]:
    """Yield an archive with those of its members that a bundle can have; the others are left out.

    Args:
        content: A tar archive that is compressed by gzip.
        limits: What it may have at most.

    Raises:
        ConfigurationError: It cannot be read, or is too large.
    """
    with _opened_tar(content, limits) as tar:
        files = dict[str, tarfile.TarInfo]()
        yield Archive(usable(_members(tar, files, limits, skips=True)), files, tar)


@contextmanager
def _opened_tar(content: bytes, limits: BundleLimits) -> Generator[tarfile.TarFile]:
    """Yield an archive that is decompressed within the limits, and whose headers have been checked."""
    if len(content) > limits.packed:
        raise ConfigurationError(f"a bundle must have at most {limits.packed:,} bytes, got {len(content):,}")
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as plain:
        _decompress(content, plain, limits)
        try:
            _check_headers(plain)
            with tarfile.open(fileobj=plain, mode="r:", encoding="utf-8", errors="surrogateescape") as tar:
                yield tar
        except (tarfile.TarError, UnicodeError, ValueError, OverflowError, EOFError) as error:
            if isinstance(error, ConfigurationError):
                raise
            raise ConfigurationError(f"the bundle is not a readable tar archive: {error}") from error


def _decompress(content: bytes, into: IO[bytes], limits: BundleLimits) -> None:
    most = limits.unpacked + limits.members * _HEADERS
    for part in _decompressed(content):
        into.write(part)
        if into.tell() > most:
            raise _too_large(limits)
    into.seek(0)


def _decompressed(content: bytes) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as compressed:
            while part := compressed.read(_PART):
                yield part
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigurationError(f"the bundle must be a tar archive that is compressed by gzip: {error}") from error


def _check_headers(plain: IO[bytes]) -> None:
    """Check that all headers can be read, and are small.

    `tarfile` ends without an error at a damaged header, and reads a header of any size into memory.
    """
    position = 0
    while any(block := _block_at(plain, position)):
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if header.size < 0:
            raise member_error(header.name, "must not have a negative size")
        if header.type in _LONG and header.size > _MAX_LONG:
            raise ConfigurationError(f"the headers of a bundle must have at most {_MAX_LONG:,} bytes each")
        has_content = header.isreg() or header.type in _LONG or header.type not in tarfile.SUPPORTED_TYPES
        position += _BLOCK + (-(-header.size // _BLOCK) * _BLOCK if has_content else 0)
    plain.seek(0)


def _block_at(plain: IO[bytes], position: int) -> bytes:
    plain.seek(position)
    return plain.read(_BLOCK)


def _too_large(limits: BundleLimits) -> ConfigurationError:
    return ConfigurationError(f"the files of a bundle must have at most {limits.unpacked:,} bytes together")


def _members(
    tar: tarfile.TarFile, files: dict[str, tarfile.TarInfo], limits: BundleLimits, *, skips: bool = False
) -> Iterator[Member]:
    """Yield the members, and note their files; what is neither a file, a folder nor a link is skipped or an error."""
    size = 0
    for number, found in enumerate(tar, 1):
        if number > limits.members:
            raise ConfigurationError(f"a bundle must have at most {limits.members:,} members")
        path = _path(found.name, is_folder=found.isdir())
        if not path and found.isdir():  # the folder that was packed
            continue
        try:
            source = _source(path, found, files)
        except ConfigurationError:
            if skips:
                continue
            raise
        size += 0 if source is None else source.size
        if size > limits.unpacked:
            raise _too_large(limits)
        yield _member(path, found, source, tar)
        if source is not None:
            files[path] = source


def _path(name: str, *, is_folder: bool) -> str:
    """Return the path without the `./` that programs write before it, and without the `/` after folders."""
    while name.startswith("./"):
        name = name[2:]
    if is_folder and name != "/":
        name = name.removesuffix("/")
    return "" if name == "." else name


def _source(path: str, found: tarfile.TarInfo, files: dict[str, tarfile.TarInfo]) -> tarfile.TarInfo | None:
    """Return the file of the archive that has the content of a member; None for folders and links."""
    if found.islnk():
        name = _path(found.linkname, is_folder=False)
        if name not in files:
            raise member_error(path, f"is a hard link to {shown(name)}, which is not an earlier file of the bundle")
        return files[name]
    if "size" in found.pax_headers:  # by which other headers are read than those that were checked
        raise member_error(path, "must have its size in its header; pack it as an ustar archive")
    if found.isfile() and not found.issparse():
        return found
    if found.isdir() or found.issym():
        return None
    kind = "a sparse file" if found.isfile() else "a device" if found.ischr() or found.isblk() else "a special file"
    raise member_error(path, f"must be a file, a folder or a link, got {'a pipe' if found.isfifo() else kind}")


def _member(path: str, found: tarfile.TarInfo, source: tarfile.TarInfo | None, tar: tarfile.TarFile) -> Member:
    if source is None:
        return Member(path, "folder") if found.isdir() else Member(path, "link", target=found.linkname)
    sha256 = hashlib.sha256()
    for part in _parts(tar, source):
        sha256.update(part)
    return Member(path, "file", source.size, bool(source.mode & 0o100), sha256.hexdigest())


def _parts(tar: tarfile.TarFile, found: tarfile.TarInfo) -> Iterator[bytes]:
    """Yield the content of a file of an archive."""
    with tar.extractfile(found) or io.BytesIO() as file:
        left = found.size
        while left:
            part = file.read(min(left, _PART))
            if not part:
                raise member_error(found.name, "is cut off: the archive ends before it")
            left -= len(part)
            yield part
