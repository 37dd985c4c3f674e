"""Trace events: parts of spans that clients report as they happen."""
