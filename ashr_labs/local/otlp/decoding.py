"""Bodies of OTLP/HTTP requests: decompressed and decoded within limits."""

from __future__ import annotations

import zlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ..._format import one_line, truncate
from ..._json import as_list
from ...errors import BadRequestError
from ..contract import parse_body
from ..failures import RefusedError
from .wire import has_more_messages

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["JSON_TYPE", "MAX_BYTES", "MAX_SPANS", "PROTOBUF_TYPE", "decode_request", "decompressed"]

PROTOBUF_TYPE: Final = "application/x-protobuf"
JSON_TYPE: Final = "application/json"

MAX_BYTES: Final = 20 * 1024 * 1024
"""Of a body, decompressed; the default of OpenTelemetry's collector."""
MAX_SPANS: Final = 10_000
"""In one request."""
_MAX_OBJECTS: Final = 400_000
"""Messages of protobuf, or objects of JSON, in one body: reading the largest takes a few seconds."""
_SMALL: Final = 1024 * 1024
"""Bytes; the messages of a smaller protobuf body fit into 100 MB of memory, however many there are."""
_GZIP: Final = 16 + zlib.MAX_WBITS
_SLICE: Final = 1024 * 1024
_MAX_REASON: Final = 200
_ID_FIELDS: Final = ("traceId", "spanId", "parentSpanId")
_NO_ID: Final = ""


def decompressed(body: bytes | bytearray, encoding: str) -> bytes | bytearray:
    """Return a body without its content encoding.

    Args:
        body: The body as it was sent.
        encoding: The header `Content-Encoding`: `gzip`, `identity` or nothing.

    Raises:
        RefusedError: The encoding is another one (415), or the content is too large (413).
        BadRequestError: It is not gzip, or truncated.
    """
    named = encoding.strip().lower()
    if named not in {"", "gzip", "identity"}:
        raise RefusedError(415, f"content-encoding must be gzip or identity, got {truncate(encoding, 100)}")
    content = _gunzipped(body) if named == "gzip" else body
    if len(content) > MAX_BYTES:
        raise RefusedError(413, f"the body must have at most {MAX_BYTES:,} bytes, decompressed; send it in parts")
    return content


def decode_request(content: bytes | bytearray, media_type: str) -> ExportTraceServiceRequest:
    """Return the message that a decompressed body holds.

    Args:
        content: The body.
        media_type: `application/x-protobuf` or `application/json`.

    Raises:
        BadRequestError: The body is not such a message.
        RefusedError: It has too many spans or values (413).
    """
    message = _from_json(content) if media_type == JSON_TYPE else _from_protobuf(content)
    spans = sum(len(scope.spans) for resource in message.resource_spans for scope in resource.scope_spans)
    if spans > MAX_SPANS:
        raise RefusedError(413, f"a request must have at most {MAX_SPANS:,} spans, got {spans:,}; send it in parts")
    return message


def _gunzipped(body: bytes | bytearray) -> bytes:
    """Decompress up to one byte more than is allowed: a few bytes can hold gigabytes."""
    member = zlib.decompressobj(_GZIP)
    try:
        content = member.decompress(bytes(body), MAX_BYTES + 1)
    except zlib.error as error:
        raise BadRequestError(f"the body must be gzip, as its content-encoding says: {error}") from error
    if len(content) <= MAX_BYTES and (not member.eof or member.unused_data):
        raise BadRequestError("the body must be one complete gzip member, got a truncated one or data behind it")
    return content


def _from_protobuf(content: bytes | bytearray) -> ExportTraceServiceRequest:
    if len(content) > _SMALL and has_more_messages(content, ExportTraceServiceRequest.DESCRIPTOR, _MAX_OBJECTS):
        raise _too_many_objects()
    try:
        return ExportTraceServiceRequest.FromString(bytes(content))
    except DecodeError as error:
        raise BadRequestError(f"the body must be an ExportTraceServiceRequest in protobuf: {error}") from error


def _from_json(content: bytes | bytearray) -> ExportTraceServiceRequest:
    objects = sum(content.count(b"{", start, start + _SLICE) for start in range(0, len(content), _SLICE))
    if objects > _MAX_OBJECTS:
        raise _too_many_objects()
    document = parse_body(content)
    for identified in _identified(document):
        identified.update({name: _base64(identified[name]) for name in _ID_FIELDS if name in identified})
    try:
        return ParseDict(document, ExportTraceServiceRequest(), ignore_unknown_fields=True)
    except (ParseError, UnicodeEncodeError) as error:
        reason = truncate(one_line(str(error)), _MAX_REASON)
        raise BadRequestError(f"the body must be an ExportTraceServiceRequest in JSON: {reason}") from error


def _too_many_objects() -> RefusedError:
    return RefusedError(413, f"the body must have at most {_MAX_OBJECTS:,} objects; send it in parts")


def _identified(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the objects with ids, which OTLP writes in hexadecimal digits, and other JSON of protobuf in Base64."""
    for resource in _objects(document, "resourceSpans"):
        for scope in _objects(resource, "scopeSpans"):
            for span in _objects(scope, "spans"):
                yield span
                yield from _objects(span, "links")


def _objects(parent: dict[str, Any], field: str) -> Iterator[dict[str, Any]]:
    for item in as_list(parent.get(field)) or ():
        if isinstance(item, dict):
            yield item


def _base64(digits: object) -> object:
    """Return an id in Base64; an empty one, for which its span is refused, if it is not written in digits."""
    if not isinstance(digits, str):
        return digits
    try:
        return b64encode(bytes.fromhex(digits)).decode()
    except ValueError:
        return _NO_ID
