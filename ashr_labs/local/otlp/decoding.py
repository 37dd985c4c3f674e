"""OTLP requests in protobuf and in JSON, decoded within limits."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ..._format import one_line, truncate
from ..._json import as_list
from ...errors import BadRequestError
from ..failures import RefusedError
from .wire import has_more_messages, has_more_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["MAX_OBJECTS", "MAX_SPANS", "from_json", "from_protobuf"]

MAX_SPANS: Final = 10_000
"""In one request."""
MAX_OBJECTS: Final = 400_000
"""Messages of protobuf, or objects of JSON, in one request: reading the largest takes a few seconds."""
_SMALL: Final = 1024 * 1024
"""Bytes; the messages of a smaller protobuf body fit into 100 MB of memory, however many there are."""
_MAX_REASON: Final = 200
_ID_FIELDS: Final = ("traceId", "spanId", "parentSpanId")
_NO_ID: Final = ""


def from_protobuf(body: bytes) -> ExportTraceServiceRequest:
    """Decode a body in protobuf.

    Raises:
        BadRequestError: It is not such a message.
        RefusedError: It has too many spans or parts (413).
    """
    if len(body) > _SMALL and has_more_messages(body, ExportTraceServiceRequest.DESCRIPTOR, MAX_OBJECTS):
        raise _too_many_objects()
    try:
        request = ExportTraceServiceRequest.FromString(body)
    except DecodeError as error:
        raise BadRequestError(f"the body must be an ExportTraceServiceRequest in protobuf: {error}") from error
    return _checked(request)


def from_json(document: Mapping[str, Any]) -> ExportTraceServiceRequest:
    """Convert a parsed body in JSON, whose ids are replaced.

    Raises:
        BadRequestError: It is not such a message.
        RefusedError: It has too many spans or parts (413).
    """
    if has_more_objects(document, MAX_OBJECTS):
        raise _too_many_objects()
    for identified in _identified(document):
        identified.update({name: _base64(identified[name]) for name in _ID_FIELDS if name in identified})
    try:
        request = ParseDict(dict(document), ExportTraceServiceRequest(), ignore_unknown_fields=True)
    except (ParseError, UnicodeEncodeError) as error:
        reason = truncate(one_line(str(error)), _MAX_REASON)
        raise BadRequestError(f"the body must be an ExportTraceServiceRequest in JSON: {reason}") from error
    return _checked(request)


def _checked(request: ExportTraceServiceRequest) -> ExportTraceServiceRequest:
    spans = sum(len(scope.spans) for resource in request.resource_spans for scope in resource.scope_spans)
    if spans > MAX_SPANS:
        raise RefusedError(413, f"a request must have at most {MAX_SPANS:,} spans, got {spans:,}; send it in parts")
    return request


def _too_many_objects() -> RefusedError:
    return RefusedError(413, f"the body must have at most {MAX_OBJECTS:,} objects; send it in parts")


def _identified(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the objects with ids, which OTLP writes in hexadecimal digits, and other JSON of protobuf in Base64."""
    for resource in _objects(document, "resourceSpans"):
        for scope in _objects(resource, "scopeSpans"):
            for span in _objects(scope, "spans"):
                yield span
                yield from _objects(span, "links")


def _objects(parent: Mapping[str, Any], field: str) -> Iterator[dict[str, Any]]:
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
