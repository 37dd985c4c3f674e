"""Pydantic AI: agents, models and tools, by its own OpenTelemetry instrumentation with a private provider."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["install"]


def install() -> Callable[[], None]:
    """Instrument all agents that are not instrumented by themselves; return how to restore what was set before."""
    joined = import_module("ashr_labs.otel._joined")
    metrics = import_module("opentelemetry.metrics")
    agent: Any = import_module("pydantic_ai").Agent
    settings = import_module("pydantic_ai.models.instrumented").InstrumentationSettings
    provider, leave = joined.joining_provider()
    before = agent._instrument_default
    ours = settings(tracer_provider=provider, meter_provider=metrics.NoOpMeterProvider())
    agent.instrument_all(ours)

    def restore() -> None:
        if agent._instrument_default is ours:
            agent.instrument_all(before)
        leave()

    return restore
