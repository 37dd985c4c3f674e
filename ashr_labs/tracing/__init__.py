"""Tracing of agents in production: traces of spans, generations and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .context import keep_context
from .decorator import traced
from .export.item import ExportResult
from .masking import mask_personal_data
from .spans import Generation, Span, current_span
from .trace import Trace

if TYPE_CHECKING:
    from .executor import ContextThreadPoolExecutor

Delivery = ExportResult
"""The former name of `ExportResult`."""

__all__ = [
    "ContextThreadPoolExecutor",
    "Delivery",
    "ExportResult",
    "Generation",
    "Span",
    "Trace",
    "current_span",
    "keep_context",
    "mask_personal_data",
    "traced",
]


def __getattr__(name: str) -> Any:
    if name == "ContextThreadPoolExecutor":
        from .executor import ContextThreadPoolExecutor  # noqa: PLC0415 - loads concurrent.futures, which is slow

        return ContextThreadPoolExecutor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
