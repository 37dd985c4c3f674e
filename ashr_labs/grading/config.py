"""What an agent's config demands of a run, read once and without trusting its shape."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from .._json import as_list, as_object, preview
from .tool_rules import read_argument_policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .judge import Judge
    from .tool_rules import ArgumentPolicy

__all__ = ["GradingPolicy", "Strictness", "read_policy"]

Strictness: TypeAlias = Literal["required", "expected", "optional"]

_EXACT = 0.70
_SIMILAR = 0.40
# The beginnings of words: "close" in a tool's description is "closed" in an answer.
_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{4}")


@dataclass(frozen=True, slots=True)
class GradingPolicy:
    """The rules that one agent's runs are graded by."""

    strictness: Mapping[str, Strictness]
    side_effects: Mapping[str, bool]
    forgives_retries: bool
    """Whether an unexpected call does no harm where the same tool was called as expected later."""
    arguments: ArgumentPolicy
    """How the arguments of each tool are compared."""
    purposes: Mapping[str, frozenset[str]]
    """The words that tell what a tool is for, from its name and description."""
    similar: float
    """The similarity from which on a text is similar."""
    exact: float
    """The similarity from which on a text counts as exact."""
    behavior_rules: tuple[tuple[str, Strictness], ...]
    """What the agent must keep to, and how much it matters."""
    judge: Judge | None
    """Who is asked what rules cannot tell."""
    problems: tuple[str, ...]
    """What in the config could not be used, and why."""

    def strictness_of(self, tool: str) -> Strictness:
        """Return how much a missing call of the tool matters."""
        return self.strictness.get(tool, "required")

    def has_side_effects(self, tool: str) -> bool:
        """Return whether an unexpected call of the tool does harm."""
        return self.side_effects.get(tool, self.strictness_of(tool) == "required")

    def purpose_of(self, tool: str) -> frozenset[str]:
        """Return the words that tell what the tool is for."""
        return self.purposes.get(tool) or words_of(tool)


def words_of(text: str) -> frozenset[str]:
    """Return the first four letters of each longer word; `getUserName` and `get_user_name` are taken apart."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return frozenset(_WORD.findall(spaced.casefold()))


def read_policy(agent_config: object, judge: Judge | None = None) -> GradingPolicy:
    """Read an agent's config; what cannot be used is left out and listed in `problems`."""
    problems: list[str] = []
    config = _object(agent_config, "agent config", problems)
    grading = _object(config.get("grading_config"), "grading_config", problems)
    tools = _tools(config, problems)
    similar = _threshold(grading.get("text_similarity_threshold"), problems)
    return GradingPolicy(
        strictness=_defined_strictness(tools) | dict(_set_strictness(grading, problems)),
        side_effects=_flags(tools) | dict(_set_side_effects(grading, problems)),
        forgives_retries=_flag("forgive_retries", grading, problems),
        arguments=read_argument_policy(grading.get("argument_rules"), grading.get("argument_modes"), problems),
        purposes={name: words_of(f"{name} {tool.get('description') or ''}") for name, tool in tools.items()},
        similar=similar,
        exact=max(_EXACT, similar),
        behavior_rules=tuple(_behavior_rules(config)),
        judge=judge,
        problems=tuple(problems),
    )


def _object(value: object, name: str, problems: list[str]) -> Mapping[str, Any]:
    found = as_object(value)
    if found is None and value is not None:
        problems.append(f"{name} is not an object but {preview(value)}; it is not used")
    return found or {}


def _tools(config: Mapping[str, Any], problems: list[str]) -> dict[str, Mapping[str, Any]]:
    given = config.get("tool_definitions")
    definitions = as_list(given)
    if definitions is None and given is not None:
        problems.append(f"tool_definitions is not a list but {preview(given)}; it is not used")
    tools: dict[str, Mapping[str, Any]] = {}
    for place, definition in enumerate(definitions or ()):
        tool = as_object(definition)
        if tool is None or not isinstance(tool.get("name"), str):
            problems.append(f"tool_definitions[{place}] has no name; it is not used")
        else:
            tools[tool["name"]] = tool
    return tools


def _defined_strictness(tools: Mapping[str, Mapping[str, Any]]) -> dict[str, Strictness]:
    return {
        name: "required" if tool["required"] else "optional"
        for name, tool in tools.items()
        if isinstance(tool.get("required"), bool)
    }


def _set_strictness(grading: Mapping[str, Any], problems: list[str]) -> Iterator[tuple[str, Strictness]]:
    known: dict[object, Strictness] = {name: name for name in get_args(Strictness)}
    for tool, strictness in _object(grading.get("tool_strictness"), "tool_strictness", problems).items():
        if isinstance(strictness, str) and strictness in known:
            yield tool, known[strictness]
        else:
            problems.append(
                f"tool_strictness.{tool} is {preview(strictness)}, not one of {', '.join(get_args(Strictness))}; "
                "it is not used"
            )


def _flags(tools: Mapping[str, Mapping[str, Any]]) -> dict[str, bool]:
    return {name: tool["side_effects"] for name, tool in tools.items() if isinstance(tool.get("side_effects"), bool)}


def _set_side_effects(grading: Mapping[str, Any], problems: list[str]) -> Iterator[tuple[str, bool]]:
    for tool, flag in _object(grading.get("side_effects"), "side_effects", problems).items():
        if isinstance(flag, bool):
            yield tool, flag
        else:
            problems.append(f"side_effects.{tool} is {preview(flag)}, not true or false; it is not used")


def _flag(name: str, grading: Mapping[str, Any], problems: list[str]) -> bool:
    flag = grading.get(name, False)
    if not isinstance(flag, bool):
        problems.append(f"{name} is {preview(flag)}, not true or false; it is not used")
    return flag is True


def _behavior_rules(config: Mapping[str, Any]) -> Iterator[tuple[str, Strictness]]:
    known: dict[object, Strictness] = {name: name for name in get_args(Strictness)}
    for entry in as_list(config.get("behavior_rules")) or ():
        rule = as_object(entry) or {}
        if isinstance(rule.get("rule"), str):
            strictness = rule.get("strictness")
            yield rule["rule"], known.get(strictness if isinstance(strictness, str) else None, "required")


def _threshold(value: object, problems: list[str]) -> float:
    if value is None:
        return _SIMILAR
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return value
    problems.append(f"text_similarity_threshold is {preview(value)}, not a number from 0 to 1; {_SIMILAR} is used")
    return _SIMILAR
