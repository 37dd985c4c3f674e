"""The view of a scenario that scorers get when it has ended, and the stored form of their scores."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ...experiments import filled_prompt
from ..events.listing import is_of_session, spans_after
from ..online.context import context_of_trace
from ..store.columns import replace_unstorable
from ..store.schema import traces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from ...scorers import ScorerContext
    from ..online.outcomes import Outcome

__all__ = ["outcome_columns", "scenario_context", "trace_of_sandbox"]

_MAX_SPANS: Final = 5_000


def scenario_context(connection: Connection, row: Mapping[Any, Any], prompt: str) -> ScorerContext:
    """Return the view of a scenario: what its agent printed, its parameters, and the first 5,000 spans of its sandbox.

    Args:
        connection: A reading connection.
        row: The scenario, with its result.
        prompt: The prompt of the spec, which is the input once the parameters are filled in.
    """
    result: Mapping[str, Any] = row["result"]
    parameters: Mapping[str, Any] = row["parameters"]
    spans = _spans(connection, row["tenant_id"], row["sandbox_id"]) if row["sandbox_id"] else []
    seen = context_of_trace({"id": row["scenario_id"], "observations": spans})
    return replace(
        seen,
        output=result["agent_output"],
        input=filled_prompt(prompt, parameters),
        expected=parameters.get("expected"),
        parameters={**seen.parameters, **parameters},
        duration_ms=result.get("wall_ms"),
        usage=_usage(result.get("cost")),
    )


def trace_of_sandbox(connection: Connection, tenant_id: int, sandbox_id: str | None) -> str:
    """Return the id of the first trace of a sandbox; an empty text if there is none."""
    if sandbox_id is None:
        return ""
    first = select(traces.c.id).where(is_of_session(tenant_id, sandbox_id))
    return connection.scalar(first.order_by(traces.c.created_at, traces.c.id).limit(1)) or ""


def outcome_columns(outcome: Outcome, timestamp: str) -> dict[str, Any]:
    """Return what is stored of the outcome of a scorer."""
    score = outcome.score
    return {
        "created_at": timestamp,
        "outcome": outcome.kind,
        "score": score and score.score,
        "passed": score and score.passed,
        "message": score and replace_unstorable(score.message),
        "cost_usd": outcome.cost_usd,
    }


def _spans(connection: Connection, tenant_id: int, sandbox_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    with closing(spans_after(connection, [is_of_session(tenant_id, sandbox_id)])) as spans:
        for _, content in spans:
            found.append(content)
            if len(found) == _MAX_SPANS:
                break
    return sorted(found, key=lambda one: str(one.get("start_time") or ""))


def _usage(cost: Mapping[str, Any] | None) -> dict[str, Any]:
    if cost is None:
        return {}
    usage = {name: cost[name] for name in ("input_tokens", "output_tokens")}
    return usage if cost["unpriced_calls"] else {**usage, "cost_usd": cost["estimated_usd"]}
