"""Why a scenario failed, as lines that a person reads in a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..._json import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..runs import Sample

__all__ = ["failure_text"]

_LONGEST = 400


def failure_text(sample: Sample) -> str:
    """Return why a scenario failed, and what was said and called until then: `-` was expected, `+` happened."""
    reasons = (f"  {reason}" for reason in sample.reasons)
    traceback = (as_object(sample.record.get("error")) or {}).get("traceback")
    return "\n".join(
        [
            f"scenario {sample.scenario_id} {'failed' if sample.has_run else 'could not be played to its end'}:",
            *reasons,
            "",
            *(line for action in as_list(sample.record.get("action_results")) or [] for line in _action_lines(action)),
            *([str(traceback)] if traceback else []),
        ]
    )


def _action_lines(action: object) -> Iterator[str]:
    fields = as_object(action) or {}
    calls = as_list(fields.get("tool_calls"))
    if calls is not None:
        for call in calls:
            yield from _call_lines(as_object(call) or {})
    elif fields.get("actor") == "agent":
        yield from _text_lines(fields)
    else:
        yield f"{fields.get('actor')}: {_short(fields.get('text') or fields.get('content') or '')}"


def _call_lines(call: Mapping[str, Any]) -> Iterator[str]:
    expected, actual = (_call_text(call.get(side)) for side in ("expected", "actual"))
    if call.get("match_status") == "exact":
        yield f"  called {actual}"
        return
    if not expected.startswith("NONE_EXPECTED"):
        yield f"- called {expected}"
    if not actual.startswith("NOT_CALLED"):
        yield f"+ called {actual}"


def _call_text(call: object) -> str:
    fields = as_object(call) or {}
    arguments = as_object(fields.get("arguments")) or {}
    shown = ", ".join(f"{key}={json.dumps(value, ensure_ascii=False, default=str)}" for key, value in arguments.items())
    return _short(f"{fields.get('name')}({shown})")


def _text_lines(fields: Mapping[str, Any]) -> Iterator[str]:
    expected, actual = (
        (as_object(fields.get(f"{side}_response")) or {}).get("text") for side in ("expected", "actual")
    )
    if fields.get("match_status") == "divergent":
        yield f"- said {_short(expected or '')}"
        yield f"+ said {_short(actual or '')}"
    else:
        yield f"agent: {_short(actual or '')}"


def _short(text: object) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
