"""Decompression of request bodies within a limit: a few bytes can hold gigabytes."""

from __future__ import annotations

import zlib
from typing import Final

from .._format import truncate
from ..errors import BadRequestError
from .failures import RefusedError

__all__ = ["check_encoding", "decompressed"]

_GZIP: Final = 16 + zlib.MAX_WBITS


def check_encoding(encoding: str | None, *, takes_gzip: bool) -> bool:
    """Return True if a body is compressed.

    Args:
        encoding: The header `Content-Encoding`.
        takes_gzip: Whether the operation takes compressed bodies.

    Raises:
        RefusedError: The encoding is not supported (415).
    """
    named = (encoding or "identity").strip().lower()
    if named == "identity" or (named == "gzip" and takes_gzip):
        return named == "gzip"
    allowed = "gzip or identity" if takes_gzip else "identity"
    raise RefusedError(415, f"content-encoding must be {allowed}, got {truncate(encoding or '', 100)}")


def decompressed(body: bytes | bytearray, limit: int) -> bytes:
    """Return the content of a gzip body.

    Args:
        body: The body as it was sent.
        limit: The maximum number of bytes of the content.

    Raises:
        RefusedError: The content is larger (413).
        BadRequestError: It is not gzip, or not complete.
    """
    member = zlib.decompressobj(_GZIP)
    try:
        content = member.decompress(bytes(body), limit + 1)
    except zlib.error as error:
        raise BadRequestError(f"the body must be gzip, as its content-encoding says: {error}") from error
    if len(content) > limit:
        raise RefusedError(413, f"the body must be at most {limit} bytes, decompressed; send it in parts")
    if not member.eof or member.unused_data:
        raise BadRequestError("the body must be one complete gzip member, got a truncated one or data behind it")
    return content
