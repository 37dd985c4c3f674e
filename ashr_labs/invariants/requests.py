"""Checks of the requests that an HTTP mock got."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .._format import counted
from .._json import as_object
from .._same_value import same_value
from .results import Decision, shown, shown_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..sandboxes import ServiceRequest
    from .world import World

__all__ = ["check_requests"]

_MOST_SHOWN = 5
_WILDCARD = re.compile(r"(\*\*|\*)")


def check_requests(check: Mapping[str, Any], world: World) -> Decision:
    """Decide `http_mock_assertions`: the numbers of matching requests are as each assertion says.

    An assertion without a number asks for at least one request.
    """
    requests = world.requests(check["service"])
    wrong = [
        f"{_bounds(one)} {_described(one, world)}, got {number}"
        for one in check["assertions"]
        if not _is_allowed(number := sum(_matches(one, request) for request in requests), one)
    ]
    if not wrong:
        return Decision(True, f"{check['service']} got the requests")
    listed = _listed(requests, world)
    return Decision(False, f"{check['service']} must get {' and '.join(wrong)}; it got {listed}")


def _is_allowed(number: int, assertion: Mapping[str, Any]) -> bool:
    if "count" in assertion and number != assertion["count"]:
        return False
    least: int = assertion.get("min_count", 0 if {"count", "max_count"} & assertion.keys() else 1)
    most: int = assertion.get("max_count", number)
    return least <= number <= most


def _bounds(assertion: Mapping[str, Any]) -> str:
    if "count" in assertion:
        return counted(assertion["count"], "request")
    most = assertion.get("max_count")
    least: int = assertion.get("min_count", 0 if most is not None else 1)
    if most is None:
        return f"at least {counted(least, 'request')}"
    return f"{f'{least} to ' if least else 'at most '}{counted(most, 'request')}"


def _described(assertion: Mapping[str, Any], world: World) -> str:
    parts = [f"{assertion.get('method', '*')} {assertion.get('path', '/**')}"]
    if "body" in assertion:
        parts.append(f"with the body {shown_value(assertion['body'], world)}")
    if "body_contains" in assertion:
        parts.append(f"with {shown(assertion['body_contains'], world)} in the body")
    return " ".join(parts)


def _matches(assertion: Mapping[str, Any], request: ServiceRequest) -> bool:
    method = assertion.get("method", "*").upper()
    if method not in ("*", request.method.upper()):
        return False
    if "path" in assertion and not _pattern(assertion["path"]).fullmatch(request.path):
        return False
    if assertion.get("body_contains", "") not in request.body:
        return False
    return "body" not in assertion or _has(assertion["body"], _decoded(request.body))


def _pattern(path: str) -> re.Pattern[str]:
    """Return the pattern of a path, as routes have it: `*` is a segment, and `**` the rest."""
    parts = _WILDCARD.split(path)
    return re.compile("".join({"*": "[^/]*", "**": ".*"}.get(part, re.escape(part)) for part in parts), re.DOTALL)


def _decoded(body: str) -> object:
    try:
        decoded: object = json.loads(body)
    except (ValueError, RecursionError):
        return body
    return decoded


def _has(wanted: object, found: object) -> bool:
    """Return True if a value is the wanted one; an object may have more keys, at any depth."""
    fields, given = as_object(wanted), as_object(found)
    if fields is None or given is None:
        return same_value(wanted, found)
    return all(key in given and _has(value, given[key]) for key, value in fields.items())


def _listed(requests: Sequence[ServiceRequest], world: World) -> str:
    if not requests:
        return "none"
    more = len(requests) - _MOST_SHOWN
    return ", ".join(_lines(requests[:_MOST_SHOWN], world)) + (f" and {more:,} more" if more > 0 else "")


def _lines(requests: Sequence[ServiceRequest], world: World) -> Iterator[str]:
    for request in requests:
        yield f"{request.method} {request.path}" + (f" {shown(request.body, world)}" if request.body else "")
