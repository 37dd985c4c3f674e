"""Detect the character encoding of a file."""

from __future__ import annotations

import codecs
import io
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError, DatasetError

if TYPE_CHECKING:
    from collections import Counter
    from typing import BinaryIO

__all__ = ["MAX_FILE", "open_text", "optional_module", "seekable"]

MAX_FILE = 64 * 2**20
"""Bytes of a file that is read as a whole."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 2**20
_SAMPLE = 2**17
_MIN_NUL_SHARE = 0.4
_MAX_ACCENTED_SHARE = 0.25
"""In Western languages; scripts without Latin letters have more non-ASCII characters."""


def open_text(file: BinaryIO, encoding: str | None, notes: Counter[str]) -> io.TextIOWrapper:
    """Return the file as text; its encoding is detected by default.

    Raises:
        ConfigurationError: The encoding is unknown.
        DatasetError: The encoding cannot be detected.
    """
    if encoding is not None:
        try:
            codecs.lookup(encoding)
        except LookupError:
            raise ConfigurationError(f"`encoding` must be a known encoding, got {encoding!r}") from None
    found = encoding or _detected(file, notes)
    if found == "utf-8":  # also skips the mark of a named encoding
        found = "utf-8-sig"
    return io.TextIOWrapper(file, encoding=found, newline="")


def seekable(file: BinaryIO) -> BinaryIO:
    """Return the file, or a copy in memory if it cannot be read twice.

    Raises:
        DatasetError: The copy would be too large.
    """
    if file.seekable():
        return file
    content = file.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        raise DatasetError(f"a stream may have {MAX_FILE:,} bytes; write it to a file first", path="line 1")
    return io.BytesIO(content)


def optional_module(name: str, purpose: str) -> Any:
    """Import a module of the extra `formats`.

    Raises:
        DatasetError: It is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise DatasetError(
            f"{purpose} needs the package {package!r}: pip install 'ashr-labs[formats]>=0.4'", path="line 1"
        ) from error


def _detected(file: BinaryIO, notes: Counter[str]) -> str:
    start = file.tell()
    head = file.read(4096)
    file.seek(start)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if head and (wide := _wide(head)):
        return wide
    position = _first_invalid_utf8(file)
    file.seek(start + max(0, position - _SAMPLE // 2))
    sample = file.read(_SAMPLE)
    file.seek(start)
    if position < 0:
        return "utf-8"
    found = _guessed(sample)
    notes[f"file decoded as {found}: name another encoding if letters look wrong"] += 1
    return found


def _wide(head: bytes) -> str | None:
    """Return UTF-16 without a byte order mark, recognised by the zero bytes of ASCII characters."""
    half = len(head) / 2
    if head[1::2].count(0) > _MIN_NUL_SHARE * half:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > _MIN_NUL_SHARE * half else None


def _first_invalid_utf8(file: BinaryIO) -> int:
    """Return the position of the first byte that is not UTF-8, or -1."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = 0
    while chunk := file.read(_CHUNK):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return max(0, read + error.start)
        read += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return max(0, read - 1)
    return -1


def _guessed(sample: bytes) -> str:
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    letters = [character for character in text if character.isalpha()]
    accented = sum(not character.isascii() for character in letters)
    if text and accented <= _MAX_ACCENTED_SHARE * len(letters):
        return "cp1252"
    best = optional_module("charset_normalizer", "a file that is not UTF-8").from_bytes(sample).best()
    if best is None:
        raise DatasetError("the encoding cannot be detected; name it (encoding=, --encoding)", path="line 1")
    return str(best.encoding)
