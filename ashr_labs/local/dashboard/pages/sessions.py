"""Sessions of deployed agents: messages, events, logs and files, live."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...._json import as_list, as_object
from ....errors import AshrLabsError
from ..budget import Budget
from ..exchange import Template
from ..formats import value_text
from ..registry import page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..budget import Cut
    from ..view import View

__all__ = ["session", "sessions"]

_PAGE = 50
_ITEMS = 100
_MAX_FILES = 200
_STATUSES = ("any", "active", "paused", "stopped", "ended", "error")
_SHOWN = ("messages", "events", "log", "files")
_LIVE = ("starting", "active")


@page("sessions")
def sessions(view: View) -> Template:
    """Show a page of sessions, newest first."""
    status = view.choice("status", _STATUSES)
    agent = view.text("agent") or None
    found = view.call("get_api_sessions", status=None if status == "any" else status, agent=agent)["sessions"]
    start = min(view.integer("from", 0), max(0, len(found) - 1))
    values: dict[str, Any] = {
        "rows": found[start : start + _PAGE],
        "total": len(found),
        "start": start,
        "agent": agent,
        "status": status,
        "statuses": _STATUSES,
        "next": view.link(**{"from": start + _PAGE}) if start + _PAGE < len(found) else None,
        "previous": view.link(**{"from": max(0, start - _PAGE) or None}) if start else None,
    }
    return Template("sessions.html", values)


@page("sessions/{session_id}")
def session(view: View) -> Template:
    """Show a session: its messages, its events, its log, or its files."""
    session_id = view.parts["session_id"]
    record = view.call("get_api_sessions_id", id=session_id)["session"]
    show = view.choice("show", _SHOWN)
    after = view.integer("after", 0)
    budget = Budget()
    values: dict[str, Any] = {
        "session": record,
        "session_id": session_id,
        "is_live": record["status"] in _LIVE,
        "tabs": [(name, view.link(show=name, after=None), name == show) for name in _SHOWN],
        "show": show,
        "first": view.link(after=None) if after else None,
        "problem": "",
        **_contents(view, session_id, show, after, budget),
    }
    return Template("session.html", values)


def _contents(view: View, session_id: str, show: str, after: int, budget: Budget) -> dict[str, Any]:
    """Return the rows of what is shown, and the address of the next ones."""
    more = {"id": session_id, "after": after or None}
    if show == "files":
        try:
            files = view.call("get_api_sessions_id_files", id=session_id)["files"]
        except AshrLabsError as error:  # the sandbox of a session need not run
            return {"rows": [], "next": None, "problem": error.message}
        return {"rows": [(budget.cut(one["path"], 300).text, one["size"]) for one in files[:_MAX_FILES]], "next": None}
    if show == "log":
        lines = view.call("get_api_sessions_id_logs", **more)["logs"][:_ITEMS]
        shown = [(str(one["level"])[:20], one["ts"], budget.cut(one["text"], 2_000)) for one in lines]
        following = lines[-1]["index"] if len(lines) == _ITEMS else None
        return {"rows": shown, "next": view.link(after=following) if following else None}
    if show == "events":
        found = view.call("get_api_sessions_id_events", **more, limit=_ITEMS)["events"]
        rows = [_event(one, budget) for one in found]
    else:
        found = view.call("get_api_sessions_id_messages", **more, limit=_ITEMS)["messages"]
        rows = [row for one in found for row in _message(one, budget)]
    following = found[-1]["sequence"] if len(found) == _ITEMS else None
    return {"rows": rows, "next": view.link(after=following) if following else None}


def _message(one: Mapping[str, Any], budget: Budget) -> Iterator[dict[str, Any]]:
    """Yield the texts and tool calls of a message."""
    content = _parsed(one["content"])
    fields = as_object(content) or {}
    role = "user" if one["role"] == "user" else "agent"
    head = {"number": one["sequence"], "kind": role, "at": one["createdAt"]}
    blocks = as_list((as_object(fields.get("message")) or fields).get("content"))
    if fields.get("type") == "result":
        yield {**head, "kind": "other", "label": "turn complete", "text": budget.cut(""), "tool": None}
        return
    for block in map(as_object, blocks or ()):
        if block is not None:
            yield {**head, **_block(block, role, budget)}
    if not blocks:
        text = fields.get("text") or fields.get("content") or content
        yield {**head, "label": role.capitalize(), "text": budget.cut(value_text(text)), "tool": None}


def _block(block: Mapping[str, Any], role: str, budget: Budget) -> dict[str, Any]:
    match block.get("type"):
        case "tool_use":
            return {
                "kind": "call",
                "label": "tool call",
                "tool": str(block.get("name"))[:120],
                "text": _json(block.get("input"), budget),
            }
        case "tool_result":
            return {"kind": "call", "label": "result", "tool": None, "text": _json(block.get("content"), budget)}
        case "thinking":
            return {"kind": "other", "label": "reasoning", "tool": None, "text": _json(block.get("thinking"), budget)}
        case _:
            return {"label": role.capitalize(), "tool": None, "text": _json(block.get("text", block), budget)}


def _event(one: Mapping[str, Any], budget: Budget) -> dict[str, Any]:
    data = _parsed(one.get("data"))
    return {
        "number": one["sequence"],
        "kind": str(one["type"])[:40],
        "at": one["createdAt"],
        "is_error": one["type"] == "error",
        "name": str((as_object(data) or {}).get("toolName") or "")[:120],
        "text": _json(data, budget),
    }


def _json(value: object, budget: Budget) -> Cut:
    return budget.cut("" if value is None else value_text(value), 3_000)


def _parsed(text: object) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return text
