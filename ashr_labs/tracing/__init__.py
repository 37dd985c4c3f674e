"""Tracing of agents in production: traces of spans, generations and events."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .._forks import IMPORTS
from .context import keep_context
from .export.item import ExportResult
from .spans import Generation, Span, current_span
from .trace import Trace

if TYPE_CHECKING:
    from .decorator import traced
    from .executor import ContextThreadPoolExecutor
    from .masking import mask_personal_data

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


_LATER = {"ContextThreadPoolExecutor": ".executor", "mask_personal_data": ".masking", "traced": ".decorator"}
"""Names whose modules the first `client.trace()` does not wait for."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with IMPORTS.lock:
        return getattr(import_module(_LATER[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
