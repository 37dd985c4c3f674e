"""Bodies of the media type multipart/form-data: text fields and files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Upload", "parse_form"]

_MAX_PARTS = 1000


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a form."""

    name: str
    """As the client gave it: not a path to write to."""
    media_type: str
    content: bytes = field(repr=False)


def parse_form(body: bytes | bytearray, content_type: str) -> tuple[dict[str, str], dict[str, Upload]]:
    """Return the text fields and the files of a form, each by field name.

    Args:
        body: The body.
        content_type: The header, which has the boundary.

    Raises:
        BadRequestError: The body is not a form, ends early, has a field twice or too many parts.
    """
    # Function-level imports: few processes receive forms.
    from python_multipart.exceptions import FormParserError  # noqa: PLC0415
    from python_multipart.multipart import MultipartParser, parse_options_header  # noqa: PLC0415

    _, options = parse_options_header(content_type)
    parts = _Parts(parse_options_header)
    try:
        parser = MultipartParser(options.get(b"boundary", b""), parts.callbacks())  # type: ignore[arg-type]
        parser.write(bytes(body))
        parser.finalize()
    except (FormParserError, ValueError) as error:
        raise BadRequestError(f"the body must be multipart/form-data: {error}") from error
    if not parts.is_complete:
        raise BadRequestError("the body must be multipart/form-data: it ends before its last boundary")
    return parts.fields, parts.files


class _Parts:
    """Collects the parts that a parser reports."""

    def __init__(self, options: Callable[[bytes], tuple[bytes, dict[bytes, bytes]]]) -> None:
        self.fields: dict[str, str] = {}
        self.files: dict[str, Upload] = {}
        self.is_complete = False
        self._options = options
        self._headers: dict[bytes, bytes] = {}
        self._name = bytearray()
        self._value = bytearray()
        self._content = bytearray()

    def callbacks(self) -> dict[str, Callable[..., None]]:
        """Return the callbacks for the parser."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_to_name,
            "on_header_value": self._add_to_value,
            "on_header_end": self._end_header,
            "on_part_data": self._add_to_content,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        if len(self.fields) + len(self.files) >= _MAX_PARTS:
            raise BadRequestError(f"the body must have at most {_MAX_PARTS:,} parts")
        self._headers = {}
        self._content = bytearray()

    def _add_to_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _add_to_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _add_to_content(self, data: bytes, start: int, end: int) -> None:
        self._content += data[start:end]

    def _end_header(self) -> None:
        self._headers[bytes(self._name).lower()] = bytes(self._value)
        self._name, self._value = bytearray(), bytearray()

    def _end(self) -> None:
        _, options = self._options(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if not name or name in self.fields or name in self.files:
            raise BadRequestError(f"each part of the body must have a name of its own, got {name[:100]!a}")
        if b"filename" not in options:
            try:
                self.fields[name] = self._content.decode()
            except UnicodeDecodeError as error:
                raise BadRequestError(f"{name[:100]!a} must be UTF-8 in a text field; send it as a file") from error
            return
        media_type = self._headers.get(b"content-type", b"application/octet-stream").decode("latin-1")
        file_name = options[b"filename"].decode("utf-8", "replace")
        self.files[name] = Upload(file_name, media_type, bytes(self._content))

    def _finish(self) -> None:
        self.is_complete = True
