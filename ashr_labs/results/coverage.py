"""Which tools, arguments, values and failures a dataset exercises, against what the agent's tools offer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, parsed_json, preview
from ..errors import ConfigurationError
from .tool_schemas import offered, read_schemas, used

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ToolCoverage", "tool_coverage"]

_FAILED = {"error", "failed", "failure"}


@dataclass(frozen=True, slots=True)
class ToolCoverage:
    """What the tools offer, and how often scenarios expect it.

    What is offered is named `refund` (a tool), `refund.reason` (an argument), `refund.items[].sku` (one in a list),
    `refund.reason="late"` (one of the values that a schema lists) and, where failures count, `refund: failure`.
    """

    hits: Mapping[str, int]
    """How many expected calls exercise each thing that is offered."""
    pairs: Mapping[tuple[str, str], int]
    """How often a call of one tool is followed by a call of another in a scenario."""
    unknown: tuple[str, ...]
    """Tools that scenarios expect and the agent does not have."""
    failures: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many expected calls of each tool fail: their `error`, `is_error` or `result` says so."""

    @property
    def untested(self) -> tuple[str, ...]:
        """What no scenario exercises."""
        return tuple(name for name, count in self.hits.items() if not count)

    @property
    def never_failing(self) -> tuple[str, ...]:
        """Tools whose failure no scenario exercises."""
        return tuple(name for name, count in self.failures.items() if not count)

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
            "failures": self.failures,
            "never_failing": self.never_failing,
            "pairs": pairs,
            "unknown": self.unknown,
        }


def tool_coverage(dataset_source: Mapping[str, Any], tools: object, *, count_failures: bool = False) -> ToolCoverage:
    """Return what the expected calls of a dataset exercise.

    Args:
        dataset_source: A dataset's.
        tools: A list of tools, each with a `name` and perhaps `parameters` (JSON Schema), as in a generation config;
            or in the shape that model APIs take; or an object that has such a list as `tools` or `tool_definitions`.
        count_failures: Whether the failure of each tool is one of the things that are offered.

    Raises:
        ConfigurationError: `tools` holds no tool.

    Examples:
        >>> reason = {"type": "string", "enum": ["late", "broken"]}
        >>> tools = [{"name": "refund", "parameters": {"type": "object", "properties": {"reason": reason}}}]
        >>> call = {"name": "refund", "arguments": {"reason": "late"}, "error": "the order is not there"}
        >>> actions = [{"actor": "agent", "expected_response": {"tool_calls": [call]}}]
        >>> found = tool_coverage({"runs": {"one": {"actions": actions}}}, tools)
        >>> print(found.share, found.untested, found.failures)
        0.75 ('refund.reason="broken"',) {'refund': 1}
    """
    schemas = dict(read_schemas(tools))
    if not schemas:
        raise ConfigurationError(f"there is no tool with a name in {preview(tools)}")
    things = {name: set(offered(name, schema)) for name, schema in schemas.items()}
    hits = {one: 0 for name, below in things.items() for one in (name, *sorted(below - {name}))}
    failures = dict.fromkeys(schemas, 0)
    pairs: Counter[tuple[str, str]] = Counter()
    unknown: dict[str, None] = {}
    for scenario in (as_object(dataset_source.get("runs")) or {}).values():
        calls = list(_expected_calls(scenario))
        names = [_name(call) for call in calls]
        pairs.update(pairwise(names))
        unknown |= dict.fromkeys(name for name in names if name not in schemas)
        for name, call in ((name, call) for name, call in zip(names, calls, strict=True) if name in schemas):
            failures[name] += _fails(call)
            for one in things[name] & {name, *used(name, _arguments(call))}:
                hits[one] += 1
    if count_failures:
        hits |= {f"{name}: failure": count for name, count in failures.items()}
    return ToolCoverage(hits, dict(pairs), tuple(unknown), failures)


def _expected_calls(scenario: object) -> Iterator[Mapping[str, Any]]:
    for action in as_list((as_object(scenario) or {}).get("actions")) or ():
        response = as_object((as_object(action) or {}).get("expected_response")) or {}
        yield from (as_object(call) or {} for call in as_list(response.get("tool_calls")) or ())


def _name(call: Mapping[str, Any]) -> str:
    return str(call.get("name") or call.get("tool_name"))


def _arguments(call: Mapping[str, Any]) -> object:
    given = as_object(call.get("arguments"))
    return parsed_json(str(call.get("arguments_json") or "{}")) if given is None else given


def _fails(call: Mapping[str, Any]) -> bool:
    result = call.get("result")
    if isinstance(result, str):
        return result.lstrip().lower().startswith("error")
    said = (call, as_object(result) or {})
    return any(one.get("error") or one.get("is_error") is True or one.get("status") in _FAILED for one in said)
