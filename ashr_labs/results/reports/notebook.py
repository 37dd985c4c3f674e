"""One test as a piece of HTML, for notebooks."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from ..._json import as_list, as_object
from ..effort import sample_facts
from .text import encodable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..runs import Sample

__all__ = ["html_test"]

_MOST_ROWS = 500
_LONGEST_CELL = 2_000


def html_test(sample: Sample) -> str:
    """Return a test as a table: what was expected beside what happened, what differs marked."""
    outcome = "passed" if sample.passed else "failed" if sample.has_run else "could not be played to its end"
    facts = sample_facts(sample)
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in sample.reasons)
    rows = list(_rows(sample))
    more = f"<p>... and {len(rows) - _MOST_ROWS} more steps</p>" if len(rows) > _MOST_ROWS else ""
    return encodable(
        f"<p><strong>{escape(sample.scenario_id)}</strong>: {outcome}{f' ({escape(facts)})' if facts else ''}</p>"
        f"{f'<ul>{reasons}</ul>' if reasons else ''}"
        f"<table><tr><th></th><th>expected</th><th>actual</th></tr>{''.join(rows[:_MOST_ROWS])}</table>{more}"
    )


def _rows(sample: Sample) -> Iterator[str]:
    for raw in as_list(sample.record.get("action_results")) or ():
        action = as_object(raw) or {}
        calls = as_list(action.get("tool_calls"))
        if calls is not None:
            for call in calls:
                yield _call_row(as_object(call) or {})
        elif action.get("actor") == "agent":
            sides = (as_object(action.get(f"{side}_response")) or {} for side in ("expected", "actual"))
            expected, actual = (str(side.get("text") or "") for side in sides)
            yield _row("agent", expected, actual, differs=action.get("match_status") == "divergent")
        else:
            yield _row(str(action.get("actor") or ""), "", str(action.get("text") or action.get("content") or ""))


def _call_row(call: Mapping[str, Any]) -> str:
    expected, actual = (_call_text(as_object(call.get(side)) or {}) for side in ("expected", "actual"))
    return _row("call", expected, actual, differs=call.get("match_status") != "exact")


def _call_text(call: Mapping[str, Any]) -> str:
    name = call.get("name") or call.get("tool_name") or "?"
    if name in {"NOT_CALLED", "NONE_EXPECTED"}:
        return "–"
    return f"{name}({json.dumps(call.get('arguments') or {}, ensure_ascii=False, default=str)})"


def _row(who: str, expected: str, actual: str, *, differs: bool = False) -> str:
    cells = (f"<mark>{text}</mark>" if differs else text for text in (_cut(expected), _cut(actual)))
    return f"<tr><td>{escape(who)}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _cut(text: str) -> str:
    return escape(text if len(text) <= _LONGEST_CELL else f"{text[:_LONGEST_CELL]}...")
