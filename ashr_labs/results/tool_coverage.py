"""Which tools, arguments and values a dataset exercises, against what the agent's tools offer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, parsed_json, shown
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ToolCoverage", "tool_coverage"]


@dataclass(frozen=True, slots=True)
class ToolCoverage:
    """What the tools offer, and how often scenarios expect it.

    What is offered is named `refund` (a tool), `refund.reason` (an argument) and `refund.reason="late"` (one of the
    values that a schema lists).
    """

    hits: Mapping[str, int]
    """How many expected calls exercise each thing that is offered."""
    pairs: Mapping[tuple[str, str], int]
    """How often a call of one tool is followed by a call of another in a scenario."""
    unknown: tuple[str, ...]
    """Tools that scenarios expect and the agent does not have."""

    @property
    def untested(self) -> tuple[str, ...]:
        """What no scenario exercises."""
        return tuple(name for name, count in self.hits.items() if not count)

    @property
    def share(self) -> float:
        """How much of what is offered is exercised, from 0 to 1; 0 if nothing is offered."""
        return 1 - len(self.untested) / len(self.hits) if self.hits else 0.0

    def document(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        pairs = [{"first": first, "then": then, "times": times} for (first, then), times in self.pairs.items()]
        return {
            "share": self.share,
            "hits": self.hits,
            "untested": self.untested,
            "pairs": pairs,
            "unknown": self.unknown,
        }


def tool_coverage(dataset_source: Mapping[str, Any], tools: object) -> ToolCoverage:
    """Return what the expected calls of a dataset exercise.

    Args:
        dataset_source: A dataset's.
        tools: A list of tools, each with a `name` and perhaps `parameters` (JSON Schema), as in a generation config;
            or in the shape that model APIs take; or an object that has such a list as `tools` or `tool_definitions`.

    Raises:
        ConfigurationError: `tools` holds no tool.

    Examples:
        >>> reason = {"type": "string", "enum": ["late", "broken"]}
        >>> tools = [{"name": "refund", "parameters": {"type": "object", "properties": {"reason": reason}}}]
        >>> call = {"name": "refund", "arguments": {"reason": "late"}}
        >>> actions = [{"actor": "agent", "expected_response": {"tool_calls": [call]}}]
        >>> found = tool_coverage({"runs": {"one": {"actions": actions}}}, tools)
        >>> print(found.share, found.untested)
        0.75 ('refund.reason="broken"',)
    """
    schemas = dict(_schemas(tools))
    if not schemas:
        raise ConfigurationError(f"there is no tool with a name in {shown(tools)}")
    offered = {name: set(_offered(name, schema)) for name, schema in schemas.items()}
    hits = {one: 0 for name, things in offered.items() for one in (name, *sorted(things - {name}))}
    pairs: defaultdict[tuple[str, str], int] = defaultdict(int)
    unknown: dict[str, None] = {}
    for scenario in (as_object(dataset_source.get("runs")) or {}).values():
        calls = list(_expected_calls(scenario))
        for name, arguments in calls:
            if name not in offered:
                unknown[name] = None
            for one in offered.get(name, set()) & {name, *_used(name, arguments)}:
                hits[one] += 1
        for (first, _), (then, _) in pairwise(calls):
            pairs[first, then] += 1
    return ToolCoverage(hits, dict(pairs), tuple(unknown))


def _schemas(tools: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    fields = as_object(tools)
    listed = as_list(tools) if fields is None else as_list(fields.get("tools") or fields.get("tool_definitions"))
    for raw in listed or ():
        outer = as_object(raw) or {}
        tool = as_object(outer.get("function")) or outer
        if isinstance(name := tool.get("name"), str) and name:
            yield name, as_object(tool.get("parameters") or tool.get("input_schema")) or {}


def _offered(path: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the path, those of the properties below it, and each value that is listed for them."""
    yield path
    for value in as_list(schema.get("enum")) or ():
        yield _valued(path, value)
    for name, below in (as_object(schema.get("properties")) or {}).items():
        yield from _offered(f"{path}.{name}", as_object(below) or {})


def _used(path: str, value: object) -> Iterator[str]:
    yield path
    fields = as_object(value)
    if fields is None:
        yield _valued(path, value)
    for name, below in (fields or {}).items():
        yield from _used(f"{path}.{name}", below)


def _valued(path: str, value: object) -> str:
    return f'{path}="{value}"' if isinstance(value, str) else f"{path}={value!r}"


def _expected_calls(scenario: object) -> Iterator[tuple[str, object]]:
    for action in as_list((as_object(scenario) or {}).get("actions")) or ():
        response = as_object((as_object(action) or {}).get("expected_response")) or {}
        for raw in as_list(response.get("tool_calls")) or ():
            call = as_object(raw) or {}
            yield str(call.get("name") or call.get("tool_name")), _arguments(call)


def _arguments(call: Mapping[str, Any]) -> object:
    given = as_object(call.get("arguments"))
    return parsed_json(str(call.get("arguments_json") or "{}")) if given is None else given
