"""Tool definitions of an agent's config: settings for grading, and problems by path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._format import missing_key, suggestion
from .._json import as_list, as_object, preview

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["check_keys", "listed", "read_definitions", "side_effects_of"]

_TOOL_KEYS = ("name", "description", "required", "side_effects", "parameters", "annotations")
_ANNOTATION_KEYS = ("title", "readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
"""Those of MCP."""


def read_definitions(config: Mapping[str, Any], problems: list[str]) -> dict[str, Mapping[str, Any]]:
    """Return the tool definitions by name; those of OpenAI, below `function`, are understood."""
    tools: dict[str, Mapping[str, Any]] = {}
    for path, definition in listed(config, "tool_definitions", problems):
        tool = as_object(definition) or {}
        tool = {**(as_object(tool.get("function")) or {}), **tool}
        name = tool.get("name")
        if not isinstance(name, str):
            hint = missing_key("name", tool)
            problems.append(f"{path} must be an object with a name, got {preview(definition)}{hint}")
            continue
        if name in tools:
            problems.append(f"{path}.name must be unique, got {name!r} again")
        problems += (f"{path}.{problem}" for problem in _tool_problems(tool))
        tools[name] = tool
    return tools


def side_effects_of(tools: Mapping[str, Mapping[str, Any]]) -> dict[str, bool]:
    """Return whether tools change something, by `side_effects` or else by MCP's `readOnlyHint`."""
    found: dict[str, bool] = {}
    for name, tool in tools.items():
        hint = (as_object(tool.get("annotations")) or {}).get("readOnlyHint")
        if isinstance(hint, bool):
            found[name] = not hint
        if isinstance(tool.get("side_effects"), bool):
            found[name] = tool["side_effects"]
    return found


def check_keys(
    keys: Iterable[str], known: Iterable[str], prefix: str, problems: list[str], *, only_misspelt: bool = False
) -> None:
    """Add a problem for each key that is not known or, where others are accepted, that is misspelt."""
    for key in keys:
        hint = "" if key in known else suggestion(key, known, only_misspelt=only_misspelt)
        if hint or (key not in known and not only_misspelt):
            problems.append(f"{prefix}{key} is not a known key{hint}")


def listed(config: Mapping[str, Any], name: str, problems: list[str]) -> Iterator[tuple[str, object]]:
    """Return the items of a list in a config with their paths."""
    given = config.get(name)
    values = as_list(given)
    if values is None and given is not None:
        problems.append(f"{name} must be a list, got {preview(given)}")
    return ((f"{name}[{index}]", value) for index, value in enumerate(values or ()))


def _tool_problems(tool: Mapping[str, Any]) -> list[str]:
    # Definitions come from tool schemas of all kinds: only misspelt keys are a problem.
    problems: list[str] = []
    check_keys(tool, _TOOL_KEYS, "", problems, only_misspelt=True)
    problems += [
        f"{key} must be true or false, got {preview(tool[key])}"
        for key in ("required", "side_effects")
        if not isinstance(tool.get(key), bool | None)
    ]
    if not isinstance(tool.get("description"), str | None):
        problems.append(f"description must be a string, got {preview(tool['description'])}")
    if "readOnlyHint" in tool:
        problems.append("readOnlyHint is not a known key; did you mean 'annotations.readOnlyHint'?")
    return problems + _annotation_problems(tool.get("annotations"))


def _annotation_problems(given: object) -> list[str]:
    annotations = as_object(given)
    if annotations is None:
        return [] if given is None else [f"annotations must be an object, got {preview(given)}"]
    problems: list[str] = []
    check_keys(annotations, _ANNOTATION_KEYS, "annotations.", problems, only_misspelt=True)
    hint = annotations.get("readOnlyHint")
    if not isinstance(hint, bool | None):
        problems.append(f"annotations.readOnlyHint must be true or false, got {preview(hint)}")
    return problems
