"""The tokens and the cost of a recorded model call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._gen_ai import named_provider
from .._time import parse_iso
from .table import estimated_cost
from .usage import read_usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ashr_labs_types import TokenUsage

__all__ = ["usage_of_observation"]


def usage_of_observation(observation: Mapping[str, Any]) -> TokenUsage:
    """Return the usage of an observation of a trace, with its cost where that is stated or its price is known."""
    usage = read_usage(observation.get("usage"))
    if "cost_usd" in usage:
        return usage
    stated, model = read_usage({"cost": observation.get("cost")}).get("cost_usd"), observation.get("model")
    if stated is not None:
        usage["cost_usd"] = stated
    elif usage and isinstance(model, str):
        provider, at = named_provider(observation), parse_iso(observation.get("start_time"))
        if (cost := estimated_cost(model, usage, provider=provider, at=at)) is not None:
            usage["cost_usd"] = usage["estimated_cost_usd"] = cost
    return usage
