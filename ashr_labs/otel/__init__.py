"""Conversion of OpenTelemetry spans to Ashr traces, and back; requires the extra `otel`.

The global tracer provider is neither read nor set: add the processor or exporter to your own provider, and pass the
tracer that receives the copies.
"""

from __future__ import annotations

try:
    from ._mirror import Mirror
    from ._spans import SpanExporter, SpanProcessor
except ModuleNotFoundError as error:
    if not (error.name or "").startswith("opentelemetry"):
        raise
    raise ModuleNotFoundError(
        "ashr_labs.otel requires the OpenTelemetry SDK; install it with: pip install 'ashr-labs[otel]>=0.4'",
        name=error.name,
    ) from error

from .._otel_flush import flush_otel, register_otel_flush
from ._reading import trace_of

__all__ = ["Mirror", "SpanExporter", "SpanProcessor", "flush_otel", "register_otel_flush", "trace_of"]
