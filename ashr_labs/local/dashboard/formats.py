"""Formats of times, durations, amounts and JSON on pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..._json import is_number
from ..._time import parse_iso

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FILTERS", "clock_text", "duration_text", "money_text", "number_text", "percent_text", "value_text"]

_NOTHING = "–"
_MAX_DEPTH_INDENTED = 200_000
"""Characters of JSON up to which it is indented."""


def duration_text(milliseconds: object) -> str:
    """Format a duration: `340 ms`, `2.4 s`, `3 min 5 s`."""
    if not is_number(milliseconds):
        return _NOTHING
    if milliseconds < 1:
        return f"{milliseconds:.2g} ms"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 100:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def money_text(dollars: object) -> str:
    """Format US dollars: `$0.0042`, `$1.20`, `$1,204`."""
    if not is_number(dollars):
        return _NOTHING
    if abs(dollars) >= 100:
        return f"${dollars:,.0f}"
    return f"${dollars:.2f}" if abs(dollars) >= 1 or not dollars else f"${dollars:.4f}"


def number_text(number: object) -> str:
    """Format a count or another number, with separators of thousands."""
    if not is_number(number):
        return _NOTHING
    return f"{number:,}" if isinstance(number, int) else f"{number:,.3g}"


def percent_text(share: object) -> str:
    """Format a share between 0 and 1 as a percentage."""
    return f"{100 * share:.1f} %" if is_number(share) else _NOTHING


def clock_text(now: Callable[[], float]) -> Callable[[object], str]:
    """Return a function that formats a moment in UTC: the time today, else the day, else the year as well."""

    def text(moment: object) -> str:
        found = parse_iso(moment)
        if found is None:
            return _NOTHING
        found, today = found.astimezone(UTC), datetime.fromtimestamp(now(), UTC)
        if found.date() == today.date():
            return f"today {found:%H:%M}"
        return f"{found.day} {found:%b %H:%M}" if found.year == today.year else f"{found.day} {found:%b %Y}"

    return text


def value_text(value: object) -> str:
    """Return a string as it is, and any other JSON value as JSON, indented unless it is very long."""
    if isinstance(value, str):
        return value
    text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) > _MAX_DEPTH_INDENTED or len(text) < 60:
        return text
    return json.dumps(value, ensure_ascii=False, default=str, indent=2)


FILTERS: dict[str, Callable[..., str]] = {
    "duration": duration_text,
    "money": money_text,
    "number": number_text,
    "percent": percent_text,
    "value": value_text,
}
