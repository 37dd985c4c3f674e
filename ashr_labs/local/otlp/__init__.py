"""The receiver of OpenTelemetry traces: OTLP over HTTP, in protobuf or JSON."""
