"""The list of traces, with the filters of its operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...._json import as_list, as_object
from ..exchange import Template, address
from ..registry import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..view import View

__all__ = ["trace_list"]

_PAGE = 50
_ERRORS = ("any", "with errors", "without errors")
_FIELDS = {"name": "name", "user": "user_id", "session": "session_id"}


@page("traces")
def trace_list(view: View) -> Template:
    """Show a page of traces, newest first."""
    errors = view.choice("errors", _ERRORS)
    filters: dict[str, Any] = {key: view.text(field) or None for field, key in _FIELDS.items()}
    tag = view.text("tag")
    answer = view.call(
        "list_observability_traces",
        **filters,
        search=view.text("q") or None,
        tags=[tag] if tag else None,
        has_errors=None if errors == "any" else errors == "with errors",
        cursor=view.text("after", 400) or None,
        limit=_PAGE,
    )
    values = {
        "rows": [_row(trace) for trace in answer["traces"]],
        "total": answer["total"],
        "next": view.link(after=answer["next_cursor"]) if answer.get("next_cursor") else None,
        "newest": view.link(after=None) if view.query.get("after") else None,
        "search": view.text("q"),
        "errors": errors,
        "error_choices": _ERRORS,
        "chosen": [
            (field, text, view.link(**{field: None, "after": None}))
            for field in (*_FIELDS, "tag")
            if (text := view.text(field))
        ],
    }
    return Template("traces.html", values)


def _row(trace: Mapping[str, Any]) -> dict[str, Any]:
    trace_id = str(trace["id"])
    scores = [as_object(one) or {} for one in as_list(trace.get("scores")) or []]
    return {
        "id": trace_id,
        "link": address("/app/traces/view", {"id": trace_id}),
        "name": str(trace.get("name") or "unnamed")[:120],
        "user": str(trace.get("user_id") or "")[:60],
        "session": str(trace.get("session_id") or "")[:60],
        "tags": [str(tag)[:40] for tag in (as_list(trace.get("tags")) or [])[:5]],
        "scores": [(str(one.get("name"))[:40], one.get("score"), one.get("passed")) for one in scores[:3]],
        "created_at": trace.get("created_at"),
    }
