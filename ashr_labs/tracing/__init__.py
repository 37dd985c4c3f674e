"""Tracing of agents in production: traces of spans, generations and events."""

from __future__ import annotations

from .context import ContextThreadPoolExecutor, current_span, keep_context
from .decorator import traced
from .export.delivery import Delivery
from .masking import mask_personal_data
from .spans import Generation, Span
from .trace import Trace

__all__ = [
    "ContextThreadPoolExecutor",
    "Delivery",
    "Generation",
    "Span",
    "Trace",
    "current_span",
    "keep_context",
    "mask_personal_data",
    "traced",
]
