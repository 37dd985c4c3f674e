"""Responses of OTLP/HTTP, in the encoding of the request."""

from __future__ import annotations

import json
from typing import Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from .decoding import JSON_TYPE

__all__ = ["failure_content", "success_content"]

_CODES: Final = {400: 3, 401: 16, 403: 7, 413: 8, 415: 3, 429: 8, 503: 14}
"""Codes of gRPC by HTTP status; 13 (internal) for others."""
_INTERNAL: Final = 13


def success_content(media_type: str, *, rejected: int, message: str) -> bytes:
    """Return an ExportTraceServiceResponse.

    Args:
        media_type: The encoding: `application/x-protobuf` or `application/json`.
        rejected: How many spans were refused.
        message: What is wrong with the request; empty if nothing is.
    """
    if media_type == JSON_TYPE:
        partial = {"rejectedSpans": str(rejected), "errorMessage": message}
        return json.dumps({"partialSuccess": partial} if message else {}).encode()
    response = ExportTraceServiceResponse()
    if message:
        response.partial_success.CopyFrom(ExportTracePartialSuccess(rejected_spans=rejected, error_message=message))
    return response.SerializeToString()


def failure_content(media_type: str, status: int, message: str) -> bytes:
    """Return a google.rpc.Status for an HTTP status."""
    code = _CODES.get(status, _INTERNAL)
    if media_type == JSON_TYPE:
        return json.dumps({"code": code, "message": message}).encode()
    # The fields 1 (a number) and 2 (a string) are all that a Status without details has on the wire, as here.
    return ExportTracePartialSuccess(rejected_spans=code, error_message=message).SerializeToString()
