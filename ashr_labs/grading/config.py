"""The grading configuration of an agent, read once from untrusted JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from .._json import as_list, as_object, preview
from .rules import read_argument_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .rules import ArgumentRules

__all__ = ["GradingConfig", "Strictness", "read_config", "words_of"]

Strictness: TypeAlias = Literal["required", "expected", "optional"]

_EXACT = 0.70
_SIMILAR = 0.40
_STRICTNESSES: dict[object, Strictness] = {name: name for name in get_args(Strictness)}
# Four letters are enough of a word: "close" in a tool's description matches "closed" in an answer.
_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{4}")


@dataclass(frozen=True, slots=True)
class GradingConfig:
    """How the runs of an agent are graded."""

    strictness: Mapping[str, Strictness]
    side_effects: Mapping[str, bool]
    forgives_retries: bool
    """Whether an unexpected call is only noted if the same tool is called correctly in this or a later action."""
    arguments: ArgumentRules
    """How the arguments of each tool are compared."""
    purposes: Mapping[str, frozenset[str]]
    """The words of each tool's name and description."""
    similar: float
    """The similarity from which a text is similar."""
    exact: float
    """The similarity from which a text is exact."""
    behavior_rules: tuple[tuple[str, Strictness], ...]
    """Rules of behavior and their strictness."""
    problems: tuple[str, ...]
    """The parts of the configuration that cannot be used, with reasons."""

    def strictness_of(self, tool: str) -> Strictness:
        """Return how much a missing call of a tool matters."""
        return self.strictness.get(tool, "required")

    def has_side_effects(self, tool: str) -> bool:
        """Return True if an unexpected call of a tool fails the test."""
        return self.side_effects.get(tool, self.strictness_of(tool) == "required")

    def purpose_of(self, tool: str) -> frozenset[str]:
        """Return the words of a tool's name and description."""
        return self.purposes.get(tool) or words_of(tool)


def words_of(text: str) -> frozenset[str]:
    """Return the first four letters of each longer word; `getUserName` and `get_user_name` are split."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return frozenset(_WORD.findall(spaced.casefold()))


def read_config(agent_config: object) -> GradingConfig:
    """Read an agent's config; what cannot be used is left out and listed in `problems`."""
    problems: list[str] = []
    config = _object(agent_config, "the agent config", problems)
    grading = _object(config.get("grading_config"), "grading_config", problems)
    tools = _tools(config, problems)
    similar = _threshold(grading.get("text_similarity_threshold"), problems)
    return GradingConfig(
        strictness=_defined_strictness(tools) | dict(_set_strictness(grading, problems)),
        side_effects=_defined_side_effects(tools) | dict(_set_side_effects(grading, problems)),
        forgives_retries=_flag("forgive_retries", grading, problems),
        arguments=read_argument_rules(grading.get("argument_rules"), grading.get("argument_modes"), problems),
        purposes={name: words_of(f"{name} {tool.get('description') or ''}") for name, tool in tools.items()},
        similar=similar,
        exact=max(_EXACT, similar),
        behavior_rules=tuple(_behavior_rules(config)),
        problems=tuple(problems),
    )


def _object(value: object, name: str, problems: list[str]) -> Mapping[str, Any]:
    found = as_object(value)
    if found is None and value is not None:
        problems.append(f"{name} must be an object, got {preview(value)}; it is not used")
    return found or {}


def _tools(config: Mapping[str, Any], problems: list[str]) -> dict[str, Mapping[str, Any]]:
    given = config.get("tool_definitions")
    definitions = as_list(given)
    if definitions is None and given is not None:
        problems.append(f"tool_definitions must be a list, got {preview(given)}; it is not used")
    tools: dict[str, Mapping[str, Any]] = {}
    for index, definition in enumerate(definitions or ()):
        tool = as_object(definition)
        if tool is None or not isinstance(tool.get("name"), str):
            problems.append(f"tool_definitions[{index}] must be an object with a name; it is not used")
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
    for tool, strictness in _object(grading.get("tool_strictness"), "tool_strictness", problems).items():
        if isinstance(strictness, str) and strictness in _STRICTNESSES:
            yield tool, _STRICTNESSES[strictness]
        else:
            problems.append(
                f"tool_strictness.{tool} must be one of {', '.join(get_args(Strictness))}, got {preview(strictness)}; "
                "it is not used"
            )


def _defined_side_effects(tools: Mapping[str, Mapping[str, Any]]) -> dict[str, bool]:
    return {name: tool["side_effects"] for name, tool in tools.items() if isinstance(tool.get("side_effects"), bool)}


def _set_side_effects(grading: Mapping[str, Any], problems: list[str]) -> Iterator[tuple[str, bool]]:
    for tool, flag in _object(grading.get("side_effects"), "side_effects", problems).items():
        if isinstance(flag, bool):
            yield tool, flag
        else:
            problems.append(f"side_effects.{tool} must be true or false, got {preview(flag)}; it is not used")


def _flag(name: str, grading: Mapping[str, Any], problems: list[str]) -> bool:
    flag = grading.get(name, False)
    if not isinstance(flag, bool):
        problems.append(f"{name} must be true or false, got {preview(flag)}; it is not used")
    return flag is True


def _behavior_rules(config: Mapping[str, Any]) -> Iterator[tuple[str, Strictness]]:
    for entry in as_list(config.get("behavior_rules")) or ():
        rule = as_object(entry) or {}
        if isinstance(rule.get("rule"), str):
            strictness = rule.get("strictness")
            yield rule["rule"], _STRICTNESSES.get(strictness if isinstance(strictness, str) else None, "required")


def _threshold(value: object, problems: list[str]) -> float:
    if value is None:
        return _SIMILAR
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return value
    problems.append(f"text_similarity_threshold must be a number from 0 to 1, got {preview(value)}; {_SIMILAR} is used")
    return _SIMILAR
