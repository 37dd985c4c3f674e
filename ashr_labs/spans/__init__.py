"""Spans of OpenTelemetry as observations of Ashr traces, by the GenAI, OpenInference and OpenLLMetry conventions."""
