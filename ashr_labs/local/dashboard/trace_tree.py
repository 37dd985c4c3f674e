"""The observations of a trace as a tree with a timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..._json import as_object, is_number
from ..._time import parse_iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

__all__ = ["Node", "Totals", "totals_of", "tree_of"]

_MAX_DEPTH_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Node:
    """An observation at its place in the tree."""

    number: int
    depth: int
    kind: str
    """`span`, `generation`, `event` or another type."""
    name: str
    model: str
    is_error: bool
    message: str
    """The status message."""
    duration_ms: float | None
    left: float
    """Begin, in per cent of the time of the trace."""
    width: float
    tokens: int
    cost: float | None
    observation: Mapping[str, Any]

    @property
    def indent(self) -> int:
        """Depth up to the one that is still indented further."""
        return min(self.depth, _MAX_DEPTH_SHOWN)


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the observations of a trace."""

    duration_ms: float | None
    tokens: int
    cost: float | None
    errors: int
    generations: int
    tools: int


def tree_of(observations: Sequence[Mapping[str, Any]]) -> list[Node]:
    """Return the observations depth first; those whose parent is missing, or that are in a cycle, are at the top."""
    ids = {str(one.get("id")): place for place, one in enumerate(observations)}
    children: dict[int | None, list[int]] = {}
    for place, one in enumerate(observations):
        parent = ids.get(str(one.get("parent_observation_id")))
        children.setdefault(None if parent == place else parent, []).append(place)
    times = [_times(one) for one in observations]
    begin, length = _extent(times)
    order: list[tuple[int, int]] = []
    seen: set[int] = set()
    for root in [*children.get(None, []), *range(len(observations))]:  # the second part has those of cycles
        _walk(root, children, seen, order)
    return [
        _node(number, depth, observations[place], times[place], begin, length)
        for number, (place, depth) in enumerate(order, 1)
    ]


def totals_of(nodes: Sequence[Node]) -> Totals:
    """Return the sums over the nodes of a tree."""
    costs = [node.cost for node in nodes if node.cost is not None]
    _, length = _extent([_times(node.observation) for node in nodes])
    return Totals(
        duration_ms=1000 * length if length else None,
        tokens=sum(node.tokens for node in nodes),
        cost=sum(costs) if costs else None,
        errors=sum(node.is_error for node in nodes),
        generations=sum(node.kind == "generation" for node in nodes),
        tools=sum(_is_tool(node) for node in nodes),
    )


def _is_tool(node: Node) -> bool:
    return node.kind == "tool" or node.name.startswith("tool:")


def _walk(root: int, children: Mapping[int | None, list[int]], seen: set[int], order: list[tuple[int, int]]) -> None:
    waiting = [(root, 0)]
    while waiting:
        place, depth = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        order.append((place, depth))
        waiting.extend((child, depth + 1) for child in reversed(children.get(place, [])))


def _times(observation: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    return parse_iso(observation.get("start_time")), parse_iso(observation.get("end_time"))


def _extent(times: Iterable[tuple[datetime | None, datetime | None]]) -> tuple[datetime | None, float]:
    """Return the first moment and the seconds to the last one."""
    moments = [moment for pair in times for moment in pair if moment is not None]
    if not moments:
        return None, 0.0
    begin = min(moments)
    return begin, (max(moments) - begin).total_seconds()


def _node(
    number: int,
    depth: int,
    observation: Mapping[str, Any],
    times: tuple[datetime | None, datetime | None],
    begin: datetime | None,
    length: float,
) -> Node:
    start, end = times
    seconds = max(0.0, (end - start).total_seconds()) if start and end else None
    left = 100 * (start - begin).total_seconds() / length if start and begin and length else 0.0
    usage = as_object(observation.get("usage")) or {}
    cost = observation.get("cost", usage.get("cost"))
    return Node(
        number=number,
        depth=depth,
        kind=str(observation.get("type") or "span").lower()[:30],
        name=str(observation.get("name") or "unnamed")[:200],
        model=str(observation.get("model") or "")[:80],
        is_error=str(observation.get("level") or "").upper() == "ERROR",
        message=str(observation.get("status_message") or "")[:500],
        duration_ms=None if seconds is None else 1000 * seconds,
        left=round(min(left, 99.5), 2),
        width=round(max(0.5, min(100 * (seconds or 0.0) / length, 100 - left)), 2) if length else 100.0,
        tokens=sum(value for key in ("input_tokens", "output_tokens") if isinstance(value := usage.get(key), int)),
        cost=cost if is_number(cost) else None,
        observation=observation,
    )
