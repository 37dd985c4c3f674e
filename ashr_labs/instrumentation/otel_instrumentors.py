"""Instrumentors of OpenInference and OpenTelemetry that are installed: their spans join our traces.

Each is an entry point, and is switched on with a private tracer provider.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final

from .._format import suggestion
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.metadata import EntryPoint

__all__ = ["instrument", "is_instrumentor"]

_GROUPS: Final = {"openinference": "openinference_instrumentor", "opentelemetry": "opentelemetry_instrumentor"}
"""Groups of entry points, by the part of a label before the colon."""


def is_instrumentor(label: str) -> bool:
    """Return True if a label names an instrumentor, such as `openinference:openai`."""
    return ":" in label


def instrument(label: str) -> Callable[[], None]:
    """Switch an instrumentor on; return how to switch it off.

    Args:
        label: `openinference:` or `opentelemetry:`, and the name of the entry point or of its distribution.

    Raises:
        ConfigurationError: It is not installed, several have this name, or it is switched on already.
    """
    entry = _found(label)
    joined = import_module("ashr_labs.otel._joined")
    instrumentor: Any = entry.load()()
    if instrumentor.is_instrumented_by_opentelemetry:
        raise ConfigurationError(
            f"{label} is switched on already, with another tracer provider; add ashr_labs.otel.SpanProcessor to that "
            "provider, or switch it off first"
        )
    provider, leave = joined.joining_provider()
    instrumentor.instrument(tracer_provider=provider)
    if not instrumentor.is_instrumented_by_opentelemetry:
        leave()
        raise ConfigurationError(f"{label} did not start: it does not support the installed version of its library")

    def switch_off() -> None:
        instrumentor.uninstrument()
        leave()

    return switch_off


def _found(label: str) -> EntryPoint:
    group, _, name = label.partition(":")
    if group not in _GROUPS:
        raise ConfigurationError(
            f"`libraries` must name instrumentors as {' or '.join(f'{one}:NAME' for one in _GROUPS)}, got {label!r}"
            f"{suggestion(group, _GROUPS)}"
        )
    installed = list(entry_points(group=_GROUPS[group]))
    if group == "opentelemetry":  # OpenInference's register there as well
        others = {entry.value for entry in entry_points(group=_GROUPS["openinference"])}
        installed = [entry for entry in installed if entry.value not in others]
    named = [entry for entry in installed if name in {entry.name, _distribution(entry)}]
    if len(named) > 1:
        several = " or ".join(f"{group}:{_distribution(entry)}" for entry in named)
        raise ConfigurationError(f"{label!r} is the name of {len(named)} instrumentors; use {several}")
    if not named:
        names = sorted(entry.name for entry in installed)
        known = f"; installed are {', '.join(names)}" if names else ""
        raise ConfigurationError(f"there is no instrumentor {label!r}{known}{suggestion(name, names)}")
    return named[0]


def _distribution(entry: EntryPoint) -> str:
    return "" if entry.dist is None else entry.dist.name
