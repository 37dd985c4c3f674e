"""Tool coverage: the tools, arguments, values and failures that a dataset exercises."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .._json import as_list, as_object, parsed_json, preview
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ToolCoverage", "tool_coverage"]

_FAILURE_STATUSES = {"error", "failed", "failure"}
_MAX_DEPTH = 12
"""Levels of a schema that are read; schemas may contain themselves."""


@dataclass(frozen=True, slots=True)
class ToolCoverage:
    """How many expected calls exercise each item that the tools offer.

    Items are named `refund` (a tool), `refund.reason` (an argument), `refund.items[].sku` (an argument in a list),
    `refund.reason="late"` (a value that the schema lists) and, if failures count, `refund: failure`.
    """

    hits: Mapping[str, int]
    """Number of expected calls that exercise each item."""
    pairs: Mapping[tuple[str, str], int]
    """How often a call of one tool is followed by a call of another in a scenario."""
    unknown: tuple[str, ...]
    """Tools that scenarios expect and the agent does not have."""
    failures: Mapping[str, int] = field(default_factory=dict[str, int])
    """Number of expected calls of each tool that fail, by their `error`, `is_error` or `result`."""

    @property
    def untested(self) -> tuple[str, ...]:
        """Items that no scenario exercises."""
        return tuple(name for name, count in self.hits.items() if not count)

    @property
    def never_failing(self) -> tuple[str, ...]:
        """Tools whose failure no scenario exercises."""
        return tuple(name for name, count in self.failures.items() if not count)

    @property
    def share(self) -> float:
        """Share of the items that are exercised, from 0 to 1; 0 without items."""
        return 1 - len(self.untested) / len(self.hits) if self.hits else 0.0

    def document(self) -> dict[str, Any]:
        """Return a JSON object."""
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
        dataset_source: The `dataset_source` of a dataset.
        tools: A list of tools, each with a `name` and optionally `parameters` (JSON Schema), as in a generation
            config or in the format of a model API; or an object with such a list as `tools` or `tool_definitions`.
        count_failures: Count the failure of each tool as an item.

    Raises:
        ConfigurationError: `tools` has no tool.

    Examples:
        >>> reason = {"type": "string", "enum": ["late", "broken"]}
        >>> tools = [{"name": "refund", "parameters": {"type": "object", "properties": {"reason": reason}}}]
        >>> call = {"name": "refund", "arguments": {"reason": "late"}, "error": "the order is not there"}
        >>> actions = [{"actor": "agent", "expected_response": {"tool_calls": [call]}}]
        >>> found = tool_coverage({"runs": {"one": {"actions": actions}}}, tools)
        >>> print(found.share, found.untested, found.failures)
        0.75 ('refund.reason="broken"',) {'refund': 1}
    """
    schemas = dict(_read_schemas(tools))
    if not schemas:
        raise ConfigurationError(f"tools must hold at least one tool with a name, got {preview(tools)}")
    items = {name: set(_offered(name, schema, schema, _MAX_DEPTH)) for name, schema in schemas.items()}
    hits = {one: 0 for name, below in items.items() for one in (name, *sorted(below - {name}))}
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
            for one in items[name] & {name, *_used(name, _arguments(call))}:
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
    return any(
        one.get("error") or one.get("is_error") is True or one.get("status") in _FAILURE_STATUSES
        for one in (call, as_object(result) or {})
    )


def _read_schemas(tools: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the name and the argument schema of each tool, in any of the usual formats."""
    fields = as_object(tools)
    listed = as_list(tools) if fields is None else as_list(fields.get("tools") or fields.get("tool_definitions"))
    for raw in listed or ():
        outer = as_object(raw) or {}
        tool = as_object(outer.get("function")) or outer
        if isinstance(name := tool.get("name"), str) and name:
            yield name, as_object(tool.get("parameters") or tool.get("input_schema")) or {}


def _used(path: str, value: object) -> Iterator[str]:
    """Yield the paths and values in the arguments of a call."""
    yield path
    fields, listed = as_object(value), as_list(value)
    if fields is None and listed is None:
        yield _valued(path, value)
    for key, below in (fields or {}).items():
        yield from _used(f"{path}.{key}", below)
    for below in listed or ():
        yield from _used(f"{path}[]", below)


def _offered(path: str, schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Yield the paths of a schema, and each value that it lists for them."""
    schema = _resolved(schema, root)
    yield path
    values = as_list(schema.get("enum")) or ([schema["const"]] if "const" in schema else [])
    for value in values:
        yield _valued(path, value)
    if not depth:
        return
    for key, below in (as_object(schema.get("properties")) or {}).items():
        yield from _offered(f"{path}.{key}", as_object(below) or {}, root, depth - 1)
    items = as_object(schema.get("items"))
    if items is not None and (items.keys() & {"properties", "enum", "$ref", "anyOf", "oneOf", "allOf"}):
        yield from _offered(f"{path}[]", items, root, depth - 1)
    for branch in (one for kind in ("anyOf", "oneOf", "allOf") for one in as_list(schema.get(kind)) or ()):
        yield from _offered(path, as_object(branch) or {}, root, depth - 1)


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow references within the root."""
    for _ in range(_MAX_DEPTH):
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return schema
        found: object = root
        for key in reference[2:].split("/"):
            found = (as_object(found) or {}).get(key)
        schema = as_object(found) or {}
    return {}


def _valued(path: str, value: object) -> str:
    return f'{path}="{value}"' if isinstance(value, str) else f"{path}={value!r}"
