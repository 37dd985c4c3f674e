"""Tracing of agents in production: traces of spans, generations and events."""

from __future__ import annotations

from .spans import Generation, Span, Trace

__all__ = ["Generation", "Span", "Trace"]
