"""OpenTelemetry: spans in OTLP become traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..exchange import Attachment
from .registry import Context, operation
from .trace_jobs import check_own_traces, enqueue_trace_jobs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..otlp.reading import Reading
    from ..otlp.storing import Part

__all__ = ["export_spans", "otlp_spans"]


class _Export(NamedTuple):
    media_type: str
    reading: Reading
    parts: dict[str, Part]


def otlp_spans(params: Mapping[str, Any]) -> _Export:
    """Return the spans of a request, as parts of traces.

    Raises:
        BadRequestError: The body is not a request of OTLP.
        RefusedError: It is too large.
    """
    # Imported here: the library of protobuf takes a while to load, and most platforms receive no OTLP.
    from ..otlp.answers import JSON_TYPE  # noqa: PLC0415
    from ..otlp.decoding import from_json, from_protobuf  # noqa: PLC0415
    from ..otlp.reading import read_spans  # noqa: PLC0415
    from ..otlp.storing import prepared  # noqa: PLC0415

    is_binary = "media_type" in params
    reading = read_spans(from_protobuf(params["body"]) if is_binary else from_json(params))
    return _Export(params["media_type"] if is_binary else JSON_TYPE, reading, prepared(reading.spans))


@operation("export_spans", writes=True, prepare=otlp_spans)
def export_spans(context: Context, params: _Export) -> Attachment:
    """Store spans; those of a trace that is there are added to it."""
    from ..otlp.answers import success_content  # noqa: PLC0415 - as above
    from ..otlp.storing import MAX_OBSERVATIONS, of_session, store_parts  # noqa: PLC0415

    refused = params.reading.refused
    sandbox_id = context.principal.sandbox_id
    parts = params.parts if sandbox_id is None else of_session(params.parts, sandbox_id)
    check_own_traces(context, parts)
    for trace_id in store_parts(context.connection, context.principal.tenant_id, parts, context.timestamp):
        spans = parts.pop(trace_id).spans
        refused += [f"the trace {trace_id} has more than {MAX_OBSERVATIONS:,} spans and events"] * spans
    enqueue_trace_jobs(context, parts, is_whole=False)
    message = params.reading.message(now=context.moment)
    content = success_content(params.media_type, rejected=len(refused), message=message)
    return Attachment(content, {"content-type": params.media_type})
