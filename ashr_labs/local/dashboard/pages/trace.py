"""A trace as a tree with a timeline."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...._json import as_list, as_object
from ....errors import NotFoundError
from ..budget import Budget
from ..exchange import PageResponse, Template, address
from ..formats import value_text
from ..registry import page
from ..trace_tree import totals_of, tree_of
from .labels import label_of_trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..budget import Cut
    from ..trace_tree import Node
    from ..view import View

__all__ = ["raw_trace", "trace"]

_PAGE = 150
_MAX_LINKS = 40
_SHOWN = ("all", "generations", "tools", "errors")


@page("traces/view")
def trace(view: View) -> Template:
    """Show a trace."""
    answer = view.call("get_observability_trace", trace_id=_id(view))
    record = answer["trace"]
    nodes = tree_of([as_object(one) or {} for one in as_list(record.get("observations")) or []])
    shown, words = view.choice("show", _SHOWN), view.text("q").lower().split()
    selected = [node for node in nodes if _fits(node, shown, words)]
    start = min(view.integer("from", 0), max(0, len(selected) - 1))
    budget = Budget()
    values: dict[str, Any] = {
        "trace": record,
        "name": str(record.get("name") or "unnamed trace")[:200],
        "totals": totals_of(nodes),
        "facts": _facts(record),
        "tags": [str(tag)[:60] for tag in (as_list(record.get("tags")) or [])[:20]],
        "scores": answer.get("scores") or [],
        "runs": [_test_link(as_object(one) or {}) for one in (as_list(answer.get("runs")) or [])[:_MAX_LINKS]],
        "output": _text(record.get("output"), budget),
        "metadata": _text(record.get("metadata") or None, budget),
        "rows": [(node, _contents(node, budget)) for node in selected[start : start + _PAGE]],
        "total": len(selected),
        "start": start,
        "next": view.link(**{"from": start + _PAGE}) if start + _PAGE < len(selected) else None,
        "previous": view.link(**{"from": max(0, start - _PAGE) or None}) if start else None,
        "tabs": [(name, view.link(show=name, **{"from": None}), name == shown) for name in _SHOWN],
        "show": shown,
        "search": view.text("q"),
        "raw": address("/app/traces/view.json", {"id": record["id"]}),
        **_label(view, str(record["id"])),
        "first_error": next((node.number for node in selected[start : start + _PAGE] if node.is_error), None),
    }
    return Template("trace.html", values)


def _label(view: View, trace_id: str) -> dict[str, Any]:
    return {
        "trace_id": trace_id,
        "label": label_of_trace(view, trace_id),
        "label_fields": [("id", trace_id)],
        "here": view.link() + "#label",
    }


@page("traces/view.json")
def raw_trace(view: View) -> PageResponse:
    """Return a trace as JSON."""
    answer = view.call("get_observability_trace", trace_id=_id(view))
    headers = {"content-type": "application/json", "content-disposition": 'inline; filename="trace.json"'}
    return PageResponse(
        200, json.dumps(answer["trace"], indent=2).encode(), headers, tenant_id=view.principal.tenant_id
    )


def _id(view: View) -> str:
    trace_id = view.query.get("id", "")
    if not trace_id:
        raise NotFoundError("the address of a trace must have its `id`; open it from the list of traces")
    return trace_id


def _fits(node: Node, shown: str, words: list[str]) -> bool:
    is_kind = {
        "all": True,
        "generations": node.kind == "generation",
        "tools": node.kind == "tool" or node.name.startswith("tool:"),
        "errors": node.is_error,
    }[shown]
    return is_kind and (not words or all(word in _haystack(node) for word in words))


def _haystack(node: Node) -> str:
    return json.dumps(node.observation, ensure_ascii=False, default=str).lower()


def _facts(record: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    """Return name, value, and address of the list with the same value, of each fact."""
    facts = [("user", "user_id", "user"), ("session", "session_id", "session")]
    return [
        (label, str(record[key])[:200], address("/app/traces", {field: record[key]}))
        for label, key, field in facts
        if record.get(key)
    ]


def _test_link(one: Mapping[str, Any]) -> tuple[str, str]:
    fields = {"id": one["test_id"], "repeat": one.get("repeat")}
    return f"run {one['run_id']}, {str(one['test_id'])[:80]}", address(f"/app/runs/{one['run_id']}/test", fields)


def _contents(node: Node, budget: Budget) -> list[tuple[str, Cut]]:
    """Return input, output and metadata of an observation, as far as it has them."""
    found = [(name, _text(node.observation.get(name), budget)) for name in ("input", "output", "metadata")]
    return [(name, text) for name, text in found if text is not None]


def _text(value: object, budget: Budget) -> Cut | None:
    return None if value in (None, "", {}) else budget.cut(value_text(value), 3_000)
