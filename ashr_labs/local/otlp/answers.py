"""Responses of OTLP/HTTP, in the encoding of the request."""

from __future__ import annotations

import json
from typing import Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

__all__ = ["JSON_TYPE", "PROTOBUF_TYPE", "failure_content", "success_content"]

PROTOBUF_TYPE: Final = "application/x-protobuf"
JSON_TYPE: Final = "application/json"
_CODES: Final = {400: 3, 401: 16, 403: 7, 413: 8, 415: 3, 422: 3, 429: 8, 501: 12, 503: 14}
"""Codes of gRPC by HTTP status; 13 (internal) for others."""
_INTERNAL: Final = 13


def success_content(media_type: str, *, rejected: int, message: str) -> bytes:
    """Return an ExportTraceServiceResponse.

    Args:
        media_type: The encoding: `application/x-protobuf` or `application/json`.
        rejected: How many spans were refused.
        message: What is wrong with the request; empty if nothing is.
    """
    if media_type == PROTOBUF_TYPE:
        response = ExportTraceServiceResponse()
        if message:
            partial = ExportTracePartialSuccess(rejected_spans=rejected, error_message=message)
            response.partial_success.CopyFrom(partial)
        return response.SerializeToString()
    partial_success = {"rejectedSpans": str(rejected), "errorMessage": message}
    return json.dumps({"partialSuccess": partial_success} if message else {}).encode()


def failure_content(media_type: str, status: int, message: str) -> tuple[bytes, str]:
    """Return a google.rpc.Status for an HTTP status, and its media type: JSON unless the request was in protobuf."""
    code = _CODES.get(status, _INTERNAL)
    if media_type.partition(";")[0].strip().lower() != PROTOBUF_TYPE:
        return json.dumps({"code": code, "message": message}).encode(), JSON_TYPE
    # A Status without details has the same two fields on the wire: 1 is a number, 2 a string.
    content = ExportTracePartialSuccess(rejected_spans=code, error_message=message).SerializeToString()
    return content, PROTOBUF_TYPE
