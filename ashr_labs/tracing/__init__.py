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
    from .._personal_data import mask_personal_data
    from .decorator import traced
    from .executor import ContextThreadPoolExecutor
    from .tools import ToolInvocation, tool, tool_hook

Delivery = ExportResult
"""The former name of `ExportResult`."""

__all__ = [
    "ContextThreadPoolExecutor",
    "Delivery",
    "ExportResult",
    "Generation",
    "Span",
    "ToolInvocation",
    "Trace",
    "current_span",
    "keep_context",
    "mask_personal_data",
    "tool",
    "tool_hook",
    "traced",
]


_LATER = {
    "ContextThreadPoolExecutor": ".executor",
    "ToolInvocation": ".tools",
    "mask_personal_data": ".._personal_data",
    "tool": ".tools",
    "tool_hook": ".tools",
    "traced": ".decorator",
}
"""Names whose modules the first `client.trace()` does not wait for."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with IMPORTS.lock:
        return getattr(import_module(_LATER[name], __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
