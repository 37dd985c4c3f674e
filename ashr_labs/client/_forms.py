"""Bodies of the media type multipart/form-data. Pure."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FormFile", "form_body"]


class FormFile(NamedTuple):
    """A file of a form; its name and media type are constants of the caller, and need no escaping."""

    name: str
    media_type: str
    content: bytes


def form_body(fields: Mapping[str, str], files: Mapping[str, FormFile]) -> tuple[bytes, str]:
    """Return the body of a form and its media type, with the boundary.

    Args:
        fields: Texts by the name of a field.
        files: Files by the name of a field.
    """
    boundary = secrets.token_hex(16)  # 128 random bits do not occur in the contents
    parts: list[bytes] = []
    for name, text in fields.items():
        parts += [_head(boundary, f'name="{name}"'), text.encode("utf-8", "surrogatepass")]
    for name, file in files.items():
        kind = f"\r\nContent-Type: {file.media_type}"
        parts += [_head(boundary, f'name="{name}"; filename="{file.name}"{kind}'), file.content]
    return b"".join([*parts, f"\r\n--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"


def _head(boundary: str, about: str) -> bytes:
    return f"\r\n--{boundary}\r\nContent-Disposition: form-data; {about}\r\n\r\n".encode()
