"""Sandboxes: state, files, differences, findings, and the output of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...._json import as_list, as_object
from ...._routes import expand
from ....errors import AshrLabsError
from ..budget import Budget
from ..exchange import PageResponse, Template, redirect
from ..formats import value_text
from ..registry import action, page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..view import View

__all__ = ["destroy_sandbox", "run_command", "sandbox", "sandbox_file", "sandbox_trace", "sandboxes"]

_MAX_ROWS = 200
_MAX_PATHS = 200
_MAX_EVENTS = 150
_MAX_SHOWN = 60_000
_ABSENT: Mapping[str, Any] = dict.fromkeys(("spec_version", "created_at", "url", "error"))
_CHANGES = ("added", "modified", "removed")


@page("sandboxes")
def sandboxes(view: View) -> Template:
    """Show the sandboxes that exist, newest first."""
    found = view.items("list_sandboxes")[::-1]
    rows = [{**_ABSENT, **one} for one in found[:_MAX_ROWS]]
    return Template("sandboxes.html", {"rows": rows, "total": len(found)})


@page("sandboxes/{sandbox_id}")
def sandbox(view: View) -> Template:
    """Show a sandbox with its files."""
    return _shown(view)


@page("sandboxes/{sandbox_id}/file")
def sandbox_file(view: View) -> Template:
    """Show a file of a sandbox as text."""
    sandbox_id, path = view.parts["sandbox_id"], view.text("path", 4_000)
    content = view.answer("read_sandbox_file", sandbox_id=sandbox_id, path=path)
    is_binary = b"\0" in content[:8_000]
    text = "" if is_binary else content[: 4 * _MAX_SHOWN].decode("utf-8", "replace")
    values: dict[str, Any] = {
        "sandbox_id": sandbox_id,
        "path": path,
        "size": len(content),
        "is_binary": is_binary,
        "content": Budget().cut(text, _MAX_SHOWN),
    }
    return Template("sandbox_file.html", values)


@page("sandboxes/{sandbox_id}/trace")
def sandbox_trace(view: View) -> Template:
    """Show what was recorded in a sandbox."""
    found = view.call("get_sandbox_trace", sandbox_id=view.parts["sandbox_id"])
    events = [as_object(one) or {} for one in found["events"]]
    budget = Budget()
    values: dict[str, Any] = {
        "sandbox_id": view.parts["sandbox_id"],
        "total": len(events),
        "rows": [_event(one, budget) for one in events[:_MAX_EVENTS]],
    }
    return Template("sandbox_trace.html", values)


@action("sandboxes/{sandbox_id}/commands")
def run_command(view: View) -> Template:
    """Run a command, and show its output."""
    command = view.request.form().get("command", "").strip()
    result = view.send("run_sandbox_command", sandbox_id=view.parts["sandbox_id"], command=command, timeout="60s")
    return _shown(view, result)


@action("sandboxes/{sandbox_id}/destroy")
def destroy_sandbox(view: View) -> PageResponse:
    """End a sandbox."""
    view.send("destroy_sandbox", sandbox_id=view.parts["sandbox_id"])
    return redirect(expand("/app/sandboxes/{id}", {"id": view.parts["sandbox_id"]}))


def _shown(view: View, result: Mapping[str, Any] | None = None) -> Template:
    sandbox_id = view.parts["sandbox_id"]
    record = {**_ABSENT, **view.call("get_sandbox", sandbox_id=sandbox_id)}
    is_usable = record["state"] in ("ready", "running")
    budget = Budget()
    values: dict[str, Any] = {
        "sandbox": record,
        "sandbox_id": sandbox_id,
        "is_usable": is_usable,
        "result": None if result is None else _result(result, budget),
        "isolation": [(name[:60], str(fact)[:300]) for name, fact in _fields(record, "isolation")],
        "services": [(name[:80], service) for name, service in _fields(record, "services")],
        "problem": "",
        "changes": [],
        "files": [],
        "total": 0,
        "removed": [],
        "audit": None,
        "rules": [],
        "search": view.text("q"),
    }
    if is_usable:
        values.update(_workspace(view, sandbox_id, budget))
    return Template("sandbox.html", values)


def _fields(record: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    return list((as_object(record.get(name)) or {}).items())


def _workspace(view: View, sandbox_id: str, budget: Budget) -> dict[str, Any]:
    """Return what is in a sandbox; it may end at any time."""
    try:
        diff = view.call("get_sandbox_diff", sandbox_id=sandbox_id)
        files = view.call("get_sandbox_state", sandbox_id=sandbox_id)["files"]
        findings = view.call("get_sandbox_findings", sandbox_id=sandbox_id)
    except AshrLabsError as error:
        return {"problem": error.message}
    words = view.text("q").lower().split()
    kinds = {path: kind for kind in _CHANGES for path in diff[kind]}
    paths = [path for path in sorted(files) if all(word in path.lower() for word in words)]
    return {
        "changes": [(kind, len(diff[kind])) for kind in _CHANGES],
        "removed": [budget.cut(path, 300).text for path in diff["removed"][:_MAX_PATHS]],
        "files": [(path, budget.cut(path, 300).text, files[path], kinds.get(path)) for path in paths[:_MAX_PATHS]],
        "total": len(paths),
        "rules": [
            (str(one["rule"])[:80], one["violated"], budget.cut(str(one.get("details") or ""), 600))
            for one in findings["rules"][:60]
        ],
        "audit": budget.cut(value_text(findings["audit"]), 6_000) if findings["audit"] else None,
    }


def _result(result: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    outputs = [(name, budget.cut(result[name], _MAX_SHOWN)) for name in ("stdout", "stderr") if result[name]]
    return {**result, "command": budget.cut(result["command"], 1_000).text, "outputs": outputs}


def _event(one: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    texts = [(name, one.get(name)) for name in ("input", "output", "metadata")]
    return {
        "name": str(one.get("tool") or one.get("event_type") or "event")[:120],
        "kind": str(one.get("event_type") or "")[:40],
        "is_error": one.get("status") == "error",
        "duration_ms": one.get("duration_ms"),
        "cost": (as_object(one.get("cost")) or {}).get("estimated_usd"),
        "trace_id": str(one.get("trace_id") or "")[:255],
        "texts": [
            (name, budget.cut(value_text(value), 2_000))
            for name, value in texts
            if value not in (None, "", {}) or as_list(value)
        ],
    }
