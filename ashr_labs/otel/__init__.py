"""OpenTelemetry spans as Ashr traces, and Ashr traces as OpenTelemetry spans; needs the extra `otel`.

The global tracer provider is neither read nor set: processors and exporters are added to the provider that you have,
and copies go to the tracer that you give.
"""

from __future__ import annotations

try:
    from ._mirror import Mirror
    from ._spans import SpanExporter, SpanProcessor
except ModuleNotFoundError as error:
    if not (error.name or "").startswith("opentelemetry"):
        raise
    raise ModuleNotFoundError(
        "ashr_labs.otel needs OpenTelemetry's SDK; install it with: pip install 'ashr-labs[otel]'", name=error.name
    ) from error

from ._flushing import flush_otel, register_otel_flush
from ._mapping import trace_of

__all__ = ["Mirror", "SpanExporter", "SpanProcessor", "flush_otel", "register_otel_flush", "trace_of"]
