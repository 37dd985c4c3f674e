"""Patterns of hosts that may be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["is_allowed"]

_WEB_PORTS = frozenset({80, 443})


def is_allowed(host: str, port: int, allowed: Iterable[str]) -> bool:
    """Return True if a host and port match one of the patterns; without a port, a pattern is for 80 and 443.

    Examples:
        >>> is_allowed("api.example.com", 443, ["*.example.com"]), is_allowed("example.com", 443, ["*.example.com"])
        (True, False)
    """
    host = host.lower().rstrip(".")
    for pattern in allowed:
        name, _, given = pattern.lower().rpartition(":") if pattern.count(":") == 1 else (pattern.lower(), "", "")
        matches = host.endswith(name[1:]) and host != name[1:] if name.startswith("*.") else host == name.rstrip(".")
        if matches and (port in _WEB_PORTS if not given else given == str(port)):
            return True
    return False
