"""The grading configuration of an agent, read once from untrusted JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from .._deprecation import warn_deprecated
from .._format import missing_key, suggestion
from .._json import as_object, preview
from .definitions import check_keys, listed, read_definitions, side_effects_of
from .effects import reads_by_name
from .rules import EVERY_TOOL, read_argument_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .rules import ArgumentRules

__all__ = ["GradingConfig", "Strictness", "read_config", "warn_deprecated_keys", "words_of"]

Strictness: TypeAlias = Literal["required", "expected", "optional"]

EXACT_SIMILARITY = 0.70
_SIMILAR = 0.40
_STRICTNESSES: dict[object, Strictness] = {name: name for name in get_args(Strictness)}
_CONFIG_KEYS = ("tool_definitions", "behavior_rules", "grading_config", "form_data", "metadata")
_OTHER_SPELLINGS = {
    "tools": "tool_definitions",
    "rules": "behavior_rules",
    "strictness": "grading_config.tool_strictness",
}
_GRADING_KEYS = (
    "tool_strictness",
    "side_effects",
    "argument_rules",
    "argument_modes",
    "text_similarity_threshold",
    "forgive_retries",
)
_BEHAVIOR_KEYS = ("rule", "strictness")
# Four letters are enough of a word: "close" in a tool's description matches "closed" in an answer.
_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]{4}")


@dataclass(frozen=True, slots=True)
class GradingConfig:
    """How the runs of an agent are graded."""

    strictness: Mapping[str, Strictness]
    """By tool, as configured."""
    side_effects: Mapping[str, bool]
    """By tool, as configured or annotated."""
    arguments: ArgumentRules
    """How the arguments of each tool are compared."""
    purposes: Mapping[str, frozenset[str]]
    """The words of each tool's name and description."""
    similar: float
    """The similarity from which text is similar."""
    behavior_rules: tuple[tuple[str, Strictness], ...]
    """Rules of behavior and their strictness."""
    problems: tuple[str, ...]
    """The parts of the configuration that cannot be used, by path, with reasons."""

    @property
    def exact(self) -> float:
        """The similarity from which text is exact."""
        return max(EXACT_SIMILARITY, self.similar)

    def strictness_of(self, tool: str) -> Strictness:
        """Return how much a missing call of a tool matters: by default, a read is expected, all else required."""
        found = self.strictness.get(tool) or self.strictness.get(EVERY_TOOL)
        if found is not None:
            return found
        return "required" if self._effects(tool, default=not reads_by_name(tool)) else "expected"

    def has_side_effects(self, tool: str) -> bool:
        """Return True if an unexpected call of a tool fails the test."""
        strictness = self.strictness.get(tool) or self.strictness.get(EVERY_TOOL)
        default = not reads_by_name(tool) if strictness is None else strictness == "required"
        return self._effects(tool, default=default)

    def is_read(self, tool: str) -> bool:
        """Return True if a tool is expected only because it reads."""
        configured = tool in self.strictness or EVERY_TOOL in self.strictness
        return not configured and self.strictness_of(tool) == "expected"

    def is_guessed(self, tool: str) -> bool:
        """Return True if a tool counts as reading only because of its name."""
        named = (tool, EVERY_TOOL)
        return reads_by_name(tool) and not any(one in self.side_effects or one in self.strictness for one in named)

    def purpose_of(self, tool: str) -> frozenset[str]:
        """Return the words of a tool's name and description."""
        return self.purposes.get(tool) or words_of(tool)

    def _effects(self, tool: str, *, default: bool) -> bool:
        return self.side_effects.get(tool, self.side_effects.get(EVERY_TOOL, default))


def words_of(text: str) -> frozenset[str]:
    """Return the first four letters of each longer word; `getUserName` and `get_user_name` are split."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return frozenset(_WORD.findall(spaced.casefold()))


def read_config(agent_config: object) -> GradingConfig:
    """Read an agent's config; what cannot be used is left out and listed in `problems`."""
    problems: list[str] = []
    config = _object(agent_config, "", problems)
    grading = _object(config.get("grading_config"), "grading_config", problems)
    check_keys(grading, _GRADING_KEYS, "grading_config.", problems)
    problems += _unknown_keys(config)
    for name in ("form_data", "metadata"):
        _object(config.get(name), name, problems)
    tools = read_definitions(config, problems)
    problems += _misspelt_tools(grading, tools)
    return GradingConfig(
        strictness=_defined_strictness(tools) | dict(_set_strictness(grading, problems)),
        side_effects=side_effects_of(tools) | dict(_set_side_effects(grading, problems)),
        arguments=read_argument_rules(grading.get("argument_rules"), grading.get("argument_modes"), problems),
        purposes={name: words_of(f"{name} {tool.get('description') or ''}") for name, tool in tools.items()},
        similar=_threshold(grading, problems),
        behavior_rules=tuple(_behavior_rules(config, problems)),
        problems=tuple(problems),
    )


def warn_deprecated_keys(agent_config: object, *, stacklevel: int = 4) -> None:
    """Warn about keys of an agent's config that have no effect any more.

    Args:
        agent_config: The config that a user passed.
        stacklevel: As in `warn_deprecated()`; 4 is the caller of the function that calls this one.
    """
    grading = as_object((as_object(agent_config) or {}).get("grading_config")) or {}
    if grading.get("forgive_retries") is not None:
        old = "grading_config.forgive_retries"
        warn_deprecated(old, "a config without it: calls that failed are never counted", stacklevel=stacklevel)


def _unknown_keys(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield the misspelt and misplaced keys of a config, which would be ignored; it may have other keys."""
    others = {**{key: f"grading_config.{key}" for key in _GRADING_KEYS}, **_OTHER_SPELLINGS}
    for key in config:
        if key in _CONFIG_KEYS:
            continue
        meant = others.get(key)
        hint = f"; did you mean {meant!r}?" if meant else suggestion(key, _CONFIG_KEYS, only_misspelt=True)
        if hint:
            yield f"{key} is not a known key{hint}"


def _misspelt_tools(grading: Mapping[str, Any], tools: Mapping[str, Any]) -> Iterator[str]:
    """Yield the settings of tools that are defined under a slightly different name."""
    for key in ("tool_strictness", "side_effects", "argument_rules", "argument_modes"):
        for tool in as_object(grading.get(key)) or {}:
            if tool not in tools and (hint := suggestion(tool, tools, only_misspelt=True)):
                yield f"grading_config.{key}.{tool} is not a defined tool{hint}"


def _object(value: object, path: str, problems: list[str]) -> Mapping[str, Any]:
    found = as_object(value)
    if found is None and value is not None:
        problems.append(f"{path or 'the agent config'} must be an object, got {preview(value)}")
    return found or {}


def _defined_strictness(tools: Mapping[str, Mapping[str, Any]]) -> dict[str, Strictness]:
    return {
        name: "required" if tool["required"] else "optional"
        for name, tool in tools.items()
        if isinstance(tool.get("required"), bool)
    }


def _set_strictness(grading: Mapping[str, Any], problems: list[str]) -> Iterator[tuple[str, Strictness]]:
    path = "grading_config.tool_strictness"
    for tool, strictness in _object(grading.get("tool_strictness"), path, problems).items():
        if found := _strictness(strictness, f"{path}.{tool}", problems):
            yield tool, found


def _strictness(value: object, path: str, problems: list[str]) -> Strictness | None:
    found = _STRICTNESSES.get(value) if isinstance(value, str) else None
    if found is None:
        allowed = ", ".join(map(str, _STRICTNESSES))
        close = suggestion(value, get_args(Strictness))
        problems.append(f"{path} must be one of {allowed}, got {preview(value)}{close}")
    return found


def _set_side_effects(grading: Mapping[str, Any], problems: list[str]) -> Iterator[tuple[str, bool]]:
    path = "grading_config.side_effects"
    for tool, flag in _object(grading.get("side_effects"), path, problems).items():
        if isinstance(flag, bool):
            yield tool, flag
        else:
            problems.append(f"{path}.{tool} must be true or false, got {preview(flag)}")


def _behavior_rules(config: Mapping[str, Any], problems: list[str]) -> Iterator[tuple[str, Strictness]]:
    for path, entry in listed(config, "behavior_rules", problems):
        rule = as_object(entry) or {}
        if not isinstance(rule.get("rule"), str):
            hint = missing_key("rule", rule)
            problems.append(f"{path} must be an object with a rule, got {preview(entry)}{hint}")
            continue
        check_keys(rule, _BEHAVIOR_KEYS, f"{path}.", problems, only_misspelt=True)
        given = rule.get("strictness")
        found = None if given is None else _strictness(given, f"{path}.strictness", problems)
        yield rule["rule"], found or "required"


def _threshold(grading: Mapping[str, Any], problems: list[str]) -> float:
    flag = grading.get("forgive_retries")
    if not isinstance(flag, bool | None):
        problems.append(f"grading_config.forgive_retries must be true or false, got {preview(flag)}")
    value = grading.get("text_similarity_threshold")
    if value is None:
        return _SIMILAR
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return value
    problems.append(f"grading_config.text_similarity_threshold must be a number from 0 to 1, got {preview(value)}")
    return _SIMILAR
