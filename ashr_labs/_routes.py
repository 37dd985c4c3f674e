"""Paths of resources: which operation a request is for, and the path of an operation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Match", "Routes", "expand"]

_PARAMETER = re.compile(r"\{(\+?)(\w+)\}")


class Match(NamedTuple):
    """An operation and the parameters in the path."""

    operation: str
    parameters: dict[str, str]


class _Node:
    """The paths that begin with the same segments."""

    __slots__ = ("literals", "methods", "parameter", "rest")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.rest: _Node | None = None
        self.methods: dict[str, tuple[str, list[str]]] = {}
        """Operation and names of parameters by method."""


class Routes:
    """Finds operations by method and path.

    A segment that is written in a template wins over a parameter, and a parameter over the rest of the path, whatever
    the method is.

    Args:
        operations: The method and path template of each operation id, such as `/v1/runs/{run_id}`; a final
            `{+name}` matches the rest of the path, slashes included.
    """

    def __init__(self, operations: Iterable[tuple[str, str, str]]) -> None:
        self._root = _Node()
        for operation, method, template in operations:
            node = self._root
            for segment in template[1:].split("/"):
                node = _child(node, segment)
            node.methods[method] = (operation, [name for _, name in _PARAMETER.findall(template)])

    def match(self, method: str, path: str) -> Match | frozenset[str]:
        """Return the operation of a request, or the methods that the path has; none if it is unknown.

        Args:
            method: Such as `GET`.
            path: As it was sent, percent-encoded: an encoded slash does not separate segments.
        """
        end = next(iter(_matches(self._root, path[1:].split("/"), [])), None)
        if end is None:
            return frozenset()
        node, captured = end
        if found := node.methods.get(method):
            operation, names = found
            return Match(operation, dict(zip(names, map(unquote, captured), strict=True)))
        return frozenset(node.methods)


def expand(template: str, parameters: Mapping[str, object]) -> str:
    """Return the percent-encoded path for these parameters."""

    def value(match: re.Match[str]) -> str:
        keeps_slashes, name = match.groups()
        segments = quote(str(parameters[name]), safe="/" if keeps_slashes else "").split("/")
        # Clients and proxies remove the segments `.` and `..`, unless they are encoded.
        return "/".join(one.replace(".", "%2E") if one in {".", ".."} else one for one in segments)

    return _PARAMETER.sub(value, template)


def _child(node: _Node, segment: str) -> _Node:
    if match := _PARAMETER.fullmatch(segment):
        if match[1]:
            node.rest = node.rest or _Node()
            return node.rest
        node.parameter = node.parameter or _Node()
        return node.parameter
    return node.literals.setdefault(segment, _Node())


def _matches(node: _Node, segments: list[str], captured: list[str]) -> Iterable[tuple[_Node, list[str]]]:
    """Yield the ends of all ways through the segments that have an operation, the most specific one first."""
    if not segments:
        if node.methods:
            yield node, captured
        return
    first, *others = segments
    if literal := node.literals.get(first):
        yield from _matches(literal, others, captured)
    if first and node.parameter:
        yield from _matches(node.parameter, others, [*captured, first])
    if node.rest and segments != [""]:
        yield node.rest, [*captured, "/".join(segments)]
