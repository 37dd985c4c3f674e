"""Langfuse as an OTLP endpoint: its path, headers, size limit, and the attributes that it maps to its own fields."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final

from ..._json import as_object
from .otlp import otlp_requests

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LANGFUSE_PATH", "langfuse_headers", "langfuse_requests"]

LANGFUSE_PATH: Final = "/api/public/otel/v1/traces"

_MAX_REQUEST = 3_000_000
"""Bytes; Langfuse accepts 3.5 MB."""
_LEVELS = frozenset({"DEBUG", "DEFAULT", "WARNING", "ERROR"})
_TOOL = "tool:"


def langfuse_headers(public_key: str, secret_key: str) -> dict[str, str]:
    """Return the headers for authentication and for ingestion as of Langfuse v4."""
    pair = base64.b64encode(f"{public_key}:{secret_key}".encode()).decode()
    return {"authorization": f"Basic {pair}", "x-langfuse-ingestion-version": "4"}


def langfuse_requests(tenant_id: int, trace: Mapping[str, Any]) -> list[bytes]:
    """Return the request bodies for a trace; sending them again changes nothing."""
    shared = _trace_attributes(trace)

    def attributes(observation: Mapping[str, Any] | None) -> dict[str, Any]:
        if observation is None:
            return {**shared, "langfuse.observation.output": _text(trace.get("output"))}
        return {**shared, **_observation_attributes(observation)}

    return otlp_requests(tenant_id, trace, replace_payload=attributes, max_bytes=_MAX_REQUEST)


def _trace_attributes(trace: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes of the trace that Langfuse reads from each of its spans."""
    return {
        "langfuse.trace.name": trace.get("name"),
        "langfuse.user.id": trace.get("user_id"),
        "langfuse.session.id": trace.get("session_id"),
        "langfuse.trace.tags": trace.get("tags"),
        "langfuse.trace.metadata.ashr_trace_id": trace["id"],
        **_metadata("langfuse.trace.metadata", trace.get("metadata")),
    }


def _observation_attributes(observation: Mapping[str, Any]) -> dict[str, Any]:
    kind, level = str(observation.get("type")), observation.get("level")
    is_tool = kind == "span" and str(observation.get("name")).startswith(_TOOL)
    return {
        "langfuse.observation.type": "tool" if is_tool else kind,
        "langfuse.observation.input": _text(observation.get("input")),
        "langfuse.observation.output": _text(observation.get("output")),
        "langfuse.observation.level": level if level in _LEVELS else None,
        "langfuse.observation.status_message": observation.get("status_message"),
        **_metadata("langfuse.observation.metadata", observation.get("metadata")),
        **(_generation_attributes(observation) if kind == "generation" else {}),
    }


def _generation_attributes(observation: Mapping[str, Any]) -> dict[str, Any]:
    usage = as_object(observation.get("usage")) or {}
    counts = {"input": usage.get("input_tokens"), "output": usage.get("output_tokens")}
    tokens = {name: count for name, count in counts.items() if count is not None}
    cost = usage.get("cost") if usage.get("cost") is not None else observation.get("cost")
    return {
        "langfuse.observation.model.name": observation.get("model"),
        "langfuse.observation.usage_details": json.dumps(tokens) if tokens else None,
        "langfuse.observation.cost_details": None if cost is None else json.dumps({"total": cost}),
    }


def _metadata(prefix: str, value: object) -> dict[str, Any]:
    return {f"{prefix}.{name}": item for name, item in (as_object(value) or {}).items()}


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
