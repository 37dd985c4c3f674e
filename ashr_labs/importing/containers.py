"""Records in binary files: Parquet, Arrow, logs of Inspect, and compressed text."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, cast

from .._json import as_list, as_object
from ..errors import DatasetError
from .decoding import MAX_FILE, optional_module

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["decompressed", "read_binary"]

_ARROW_STREAM = b"\xff\xff\xff\xff"
_ZSTANDARD = 93
"""Compression method of ZIP members that `zipfile` supports from Python 3.14 on."""


def decompressed(file: BinaryIO) -> BinaryIO:
    """Return the content of a gzip file, or the file itself.

    Raises:
        DatasetError: The content is too large.
    """
    if _head(file)[:2] != b"\x1f\x8b":
        return file
    try:
        content = gzip.GzipFile(fileobj=file).read(MAX_FILE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"is not a valid gzip file: {error}", path="line 1") from error
    return io.BytesIO(_checked(content, "a compressed file"))


def read_binary(file: BinaryIO) -> Iterator[tuple[str, dict[str, Any]]] | None:
    """Return the location and fields of each record of a binary file; None for a text file.

    Raises:
        DatasetError: The file is invalid, or a package that reads it is not installed.
    """
    head = _head(file)
    if head[:4] == b"PAR1":
        return _rows(file, "pyarrow.parquet")
    if head[:6] == b"ARROW1" or head[:4] == _ARROW_STREAM:
        return _rows(file, "pyarrow.ipc")
    return _samples(file) if head[:4] == b"PK\x03\x04" else None


def _head(file: BinaryIO) -> bytes:
    start = file.tell()
    head = file.read(6)
    file.seek(start)
    return head


def _rows(file: BinaryIO, module: str) -> Iterator[tuple[str, dict[str, Any]]]:
    library = optional_module(module, "a Parquet or Arrow file")
    number = 0
    try:
        for batch in _batches(file, library):
            for row in batch.to_pylist():
                number += 1
                yield f"row {number}", {key: _plain(value) for key, value in row.items() if value is not None}
    except (OSError, ValueError) as error:  # ArrowInvalid is a ValueError
        raise DatasetError(f"is not a valid Parquet or Arrow file: {error}", path=f"row {number + 1}") from error


def _batches(file: BinaryIO, library: Any) -> Iterator[Any]:
    if hasattr(library, "ParquetFile"):
        yield from library.ParquetFile(file).iter_batches()
    else:
        yield from (library.open_stream if _head(file)[:4] == _ARROW_STREAM else _open_file)(file)


def _open_file(file: BinaryIO) -> Iterator[Any]:
    reader = optional_module("pyarrow.ipc", "an Arrow file").open_file(file)
    return (reader.get_batch(index) for index in range(reader.num_record_batches))


def _plain(value: object) -> object:
    """Return a value of Arrow as JSON has it; images and audio become `data:` URLs."""
    if (fields := as_object(value)) is not None:
        if isinstance(fields.get("bytes"), bytes) and fields.keys() <= {"bytes", "path"}:
            return _data_url(fields["bytes"])
        return {str(key): _plain(item) for key, item in fields.items() if item is not None}
    if (items := as_list(value)) is not None:
        return [_plain(item) for item in items]
    if isinstance(value, bytes):
        return _data_url(value)
    if value is None or isinstance(value, str | int | bool) or (isinstance(value, float) and value == value):  # noqa: PLR0124 - NaN
        return value
    return None if isinstance(value, float) else str(value)


def _data_url(content: bytes) -> str:
    kinds = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "audio/wav", b"GIF8": "image/gif"}
    kind = next((kind for mark, kind in kinds.items() if content.startswith(mark)), "application/octet-stream")
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _samples(file: BinaryIO) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the samples of an Inspect log."""
    try:
        with zipfile.ZipFile(file) as archive:
            for name in _sample_names(archive.namelist()):
                yield name, cast("dict[str, Any]", json.loads(_member(file, archive.getinfo(name), archive)))
    except DatasetError:
        raise
    except (zipfile.BadZipFile, ValueError, RecursionError, zlib.error) as error:
        raise DatasetError(f"is not a valid Inspect log: {error}", path="line 1") from error


def _sample_names(names: list[str]) -> list[str]:
    if "header.json" in names or "_journal/start.json" in names:
        return [name for name in names if name.startswith("samples/") and name.endswith(".json")]
    if any(name.startswith("xl/") for name in names):
        raise DatasetError("is an Excel workbook; save it as CSV (UTF-8) and import that", path="line 1")
    advice = "is a ZIP archive, but not an Inspect log; extract it and import the files"
    raise DatasetError(advice, path="line 1")


def _member(file: BinaryIO, info: zipfile.ZipInfo, archive: zipfile.ZipFile) -> bytes:
    if info.file_size > MAX_FILE:
        raise DatasetError(f"a sample may have {MAX_FILE:,} bytes", path=info.filename)
    try:
        with archive.open(info) as opened:
            return _checked(opened.read(MAX_FILE + 1), info.filename)
    except NotImplementedError:
        if info.compress_type != _ZSTANDARD:
            raise ValueError(f"unsupported compression of {info.filename}") from None
    library = optional_module("zstandard", "an Inspect log that is compressed with Zstandard")
    file.seek(info.header_offset + 26)
    lengths = file.read(4)
    file.seek(int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little"), io.SEEK_CUR)
    compressed = file.read(info.compress_size)
    try:
        content = library.ZstdDecompressor().stream_reader(io.BytesIO(compressed)).read(MAX_FILE + 1)
    except library.ZstdError as error:
        raise ValueError(f"{info.filename}: {error}") from error
    return _checked(content, info.filename)


def _checked(content: bytes, name: str) -> bytes:
    if len(content) > MAX_FILE:
        raise DatasetError(f"{name} may have {MAX_FILE:,} bytes when it is decompressed", path="line 1")
    return content
