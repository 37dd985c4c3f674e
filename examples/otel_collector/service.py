"""A service that knows OpenTelemetry only: its spans go where `OTEL_EXPORTER_OTLP_ENDPOINT` says."""

from __future__ import annotations

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def main() -> None:
    """Record one answer of an agent, and export it."""
    provider = TracerProvider(resource=Resource.create({"service.name": "support"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer("support")
    with tracer.start_as_current_span("invoke_agent support", attributes={"gen_ai.operation.name": "invoke_agent"}):
        with tracer.start_as_current_span("chat some-model") as call:
            call.set_attribute("gen_ai.operation.name", "chat")
            call.set_attribute("gen_ai.request.model", "some-model")
            call.set_attribute("gen_ai.usage.input_tokens", 50)
            call.set_attribute("gen_ai.usage.output_tokens", 12)
        with tracer.start_as_current_span("execute_tool find_refund") as tool:
            tool.set_attribute("gen_ai.operation.name", "execute_tool")
            tool.set_attribute("gen_ai.tool.name", "find_refund")
            tool.set_attribute("gen_ai.tool.call.arguments", '{"order": "A1"}')
    provider.shutdown()


if __name__ == "__main__":
    main()
