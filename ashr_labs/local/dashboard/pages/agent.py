"""An agent: its grading configuration, with a preview of the verdicts that a change would give."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...._json import as_object
from ....errors import AshrLabsError, BadRequestError, ConflictError, ValidationError
from ..budget import Budget
from ..exchange import PageResponse, Template, address, redirect
from ..registry import action, page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..view import View

__all__ = ["agent", "change_agent"]

_MAX_DATASETS = 20
_MAX_CHANGES = 100
_MAX_CONFIG = 12_000
"""Characters that a form takes; encoded for the form they are up to five times as long."""


@page("agents/{agent_id}")
def agent(view: View) -> Template:
    """Show an agent with its configuration and its datasets."""
    found = _found(view)
    return _shown(found, json.dumps(found["agent"]["config"] or {}, indent=2), view)


@action("agents/{agent_id}")
def change_agent(view: View) -> Template | PageResponse:
    """Preview or store another configuration; what was typed stays if that is not possible."""
    form = view.request.form()
    text = form.get("config", "").replace("\r\n", "\n")
    found = _found(view)
    try:
        config = _parsed(text)
        if form.get("do") == "save":
            seen = {"if_updated_at": form.get("updated_at", "")}
            view.call("update_agent", agent_id=found["agent"]["id"], config=config, **seen)
            return redirect(f"/app/agents/{found['agent']['id']}")
        run_id = _newest_run(view, found)
        preview = None if run_id is None else view.send("preview_grading", run_id=run_id, config=config)
        return _shown(found, text, view, preview=preview, message="" if preview else "No run to compare with yet.")
    except (BadRequestError, ConflictError, ValidationError) as error:
        status = 409 if isinstance(error, ConflictError) else 422
        return _shown(found, text, view, message=_reason(error), status=status)


def _found(view: View) -> dict[str, Any]:
    return view.call("get_agent_datasets", agent_id=view.number("agent_id"), summary=True)


def _newest_run(view: View, found: Mapping[str, Any]) -> int | None:
    """Return the newest graded run of the datasets of an agent."""
    tenant = {"tenant_id": view.principal.tenant_id}
    runs = [
        run
        for dataset in found["datasets"][:_MAX_DATASETS]
        for run in view.call("list_runs", **tenant, dataset_id=dataset["id"], limit=3, summary=True)["runs"]
        if run["grading_status"] == "completed"
    ]
    return max((run["id"] for run in runs), default=None)


def _parsed(text: str) -> dict[str, Any]:
    try:
        config: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(f"the configuration must be JSON: {error}") from error
    if (fields := as_object(config)) is None:
        raise BadRequestError("the configuration must be a JSON object")
    return dict(fields)


def _reason(error: AshrLabsError) -> str:
    if isinstance(error, ConflictError):
        return f"{error.message}. Your text is below; copy it, and open the agent again."
    return error.message


def _shown(
    found: Mapping[str, Any],
    text: str,
    view: View,
    *,
    preview: Mapping[str, Any] | None = None,
    message: str = "",
    status: int = 200,
) -> Template:
    budget = Budget()
    changes = preview["changes"][:_MAX_CHANGES] if preview else ()
    typed = view.request.form() if view.request.method == "POST" else {}
    values: dict[str, Any] = {
        "agent": found["agent"],
        "datasets": found["datasets"][:_MAX_DATASETS],
        "text": text,
        "can_edit": view.may_write and len(text) <= _MAX_CONFIG,
        "seen": typed.get("updated_at", found["agent"]["updated_at"]),
        "message": message,
        "preview": preview,
        "changes": [_change(preview["run_id"], one, budget) for one in changes] if preview else [],
        "rows": min(30, max(8, text.count("\n") + 2)),
    }
    return Template("agent.html", values, status)


def _change(run_id: int, one: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    fields = {"id": one["test_id"], "repeat": one["repeat"]}
    return {
        "name": one["test_id"][:160] + ("" if one["repeat"] is None else f"[{one['repeat']}]"),
        "link": address(f"/app/runs/{run_id}/test", fields),
        "before": one["before"] or "unchecked",
        "after": one["after"] or "unchecked",
        "reason": budget.cut(one["reasons"][0] if one["reasons"] else "", 300).text,
    }
