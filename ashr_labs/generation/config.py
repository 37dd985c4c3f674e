"""Validate generation configs and read them into plans."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jsonschema_rs import Draft202012Validator

from .._json import as_list, as_object, is_object
from ..errors import ValidationError
from .realistic import split_words
from .tools import imperative_form, read_tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .tools import Tool

__all__ = [
    "CATEGORIES",
    "COMPLEXITIES",
    "PENTEST_CATEGORIES",
    "DatasetPlan",
    "PentestPlan",
    "SampleMessage",
    "read_dataset_plan",
    "read_pentest_plan",
]

CATEGORIES: Final = (
    "happy_path",
    "edge_cases",
    "error_handling",
    "multi_turn",
    "boundary_values",
    "adversarial",
    "security",
)
PENTEST_CATEGORIES: Final = (
    "prompt_injection",
    "privilege_escalation",
    "data_exfiltration",
    "jailbreak",
    "tool_abuse",
    "denial_of_service",
    "social_engineering",
)
COMPLEXITIES: Final = ("simple", "moderate", "complex")

_DEFAULT_CATEGORIES = CATEGORIES[:3]
_DEFAULT_SHARES: Final = {"simple": 0.4, "moderate": 0.4, "complex": 0.2}
_DEFAULT_SCENARIOS = 5
_MAX_SCENARIOS = 1_000
_TOLERANCE = 0.01
_ANY_OF: Final = {
    "agent": ("name", "description", "system_prompt"),
    "context": ("domain", "use_case", "scenario_context"),
}
_MAX_TOPIC_WORDS = 12
_ASKING = re.compile(
    r"^(?:testing (?:the )?|(?:customer|user|client|caller|patient|guest|employee|member)s? |people |"
    r"(?:asking|inquiring|calling|wanting|needing|who ask|with questions?|who need|who want) |"
    r"(?:about|for|to|on|regarding|help with) )+",
    re.IGNORECASE,
)
_AGENTS = frozenset({"agent", "assistant", "bot", "chatbot", "helper"})
_QUESTION_KEYS = ("input", "message", "question", "prompt", "text", "content")
_ANSWER_KEYS = ("output", "response", "answer", "expected")


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """A real user message, with its reply if the config has one."""

    message: str
    reply: str


@dataclass(frozen=True, slots=True)
class DatasetPlan:
    """Contents, number and categories of the scenarios to generate."""

    topic: str
    """Subject of the agent in a few words."""
    domain: str
    background: str
    """Sentences on the setting and the users."""
    persona: str
    """Kind of user: "busy parent"."""
    tools: tuple[Tool, ...]
    records: tuple[Mapping[str, Any], ...]
    """Records of consistent values by argument name."""
    sample_messages: tuple[SampleMessage, ...]
    scenarios: int
    categories: tuple[str, ...]
    shares: Mapping[str, float]
    """Share of scenarios by complexity."""
    strategy: str


@dataclass(frozen=True, slots=True)
class PentestPlan:
    """Attacks to generate."""

    categories: tuple[str, ...]
    scenarios_per_category: int
    difficulty: str
    multi_turn: bool


def read_dataset_plan(config: Mapping[str, Any]) -> DatasetPlan:
    """Validate a config and read what every kind of dataset needs.

    Raises:
        ValidationError: The config is invalid; the message begins with the path.
    """
    config = _checked(config)
    agent, context, test = config["agent"], config["context"], config.get("test_config", {})
    persona: Mapping[str, str] = context.get("user_persona") or {}
    sample_messages, records = _examples(context)
    domain = "" if _is_pentest(config) or context.get("domain") == "general" else _one_line(context.get("domain", ""))
    # The use case of a penetration test is the test, not the agent.
    purposes = (
        (agent.get("description"),) if _is_pentest(config) else (context.get("use_case"), agent.get("description"))
    )
    background = (context.get("scenario_context"), context.get("use_case"), persona.get("description"))
    return DatasetPlan(
        topic=_topic(*purposes, domain),
        domain=domain,
        background=" ".join(_sentence(_one_line(text)) for text in background if text),
        persona=_one_line(persona.get("type", "")),
        tools=_tools(agent, test, config.get("expected_behaviors", {})),
        records=tuple(records),
        sample_messages=tuple(sample_messages),
        scenarios=_scenarios(config),
        categories=_categories(test),
        shares=_shares(test),
        strategy=test.get("strategy", "balanced"),
    )


def read_pentest_plan(config: Mapping[str, Any]) -> PentestPlan | None:
    """Read the settings of a penetration test; None for other datasets.

    Raises:
        ValidationError: `pentest_config` is missing.
    """
    if not _is_pentest(config):
        return None
    settings = as_object(config.get("pentest_config"))
    if settings is None:
        raise ValidationError("pentest_config: is missing, though metadata.dataset_type is 'pentest'")
    return PentestPlan(
        categories=tuple(dict.fromkeys(settings.get("categories") or PENTEST_CATEGORIES)),
        scenarios_per_category=settings.get("num_scenarios_per_category", 3),
        difficulty=settings.get("difficulty", "mixed"),
        multi_turn=settings.get("include_multi_turn", True),
    )


def _is_pentest(config: Mapping[str, Any]) -> bool:
    return (as_object(config.get("metadata")) or {}).get("dataset_type") == "pentest"


def _checked(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the config without null values after validating it against the contract."""
    config = {key: _without_nulls(section) for key, section in _without_nulls(config).items()}
    try:
        json.dumps(config, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ValidationError(f"request: cannot be encoded as JSON: {error}") from error
    if violation := next(_contract().iter_errors(config), None):
        raise ValidationError(f"{_path(violation.instance_path)}: {violation.message}")
    for section, keys in _ANY_OF.items():
        if not any(config[section].get(key) for key in keys):
            raise ValidationError(f"{section}: give at least one of {', '.join(keys)}")
    return config


def _without_nulls(value: Any) -> Any:
    return {key: item for key, item in value.items() if item is not None} if is_object(value) else value


@cache
def _contract() -> Draft202012Validator:
    contract = json.loads(files("ashr_labs_contract").joinpath("contract.json").read_bytes())
    return Draft202012Validator({"$ref": "#/components/schemas/GenerationConfig", "components": contract["components"]})


def _path(parts: Iterable[str | int]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return path.removeprefix(".") or "request"


def _scenarios(config: Mapping[str, Any]) -> int:
    options: Mapping[str, int] = config.get("generation_options", {})
    number = config.get("test_config", {}).get("num_variations", options.get("scenario_count", _DEFAULT_SCENARIOS))
    if number > _MAX_SCENARIOS:
        raise ValidationError(f"generation_options.scenario_count: must be at most {_MAX_SCENARIOS}, got {number}")
    return int(number)


def _categories(test: Mapping[str, Any]) -> tuple[str, ...]:
    coverage: Mapping[str, bool] = test.get("coverage", {})
    for category, wanted in coverage.items():
        if wanted and category not in CATEGORIES:
            raise ValidationError(
                f"test_config.coverage.{category}: unknown category; must be one of {', '.join(CATEGORIES)}"
            )
    excluded = test.get("exclude", ())
    return (
        tuple(category for category in CATEGORIES if coverage.get(category) and category not in excluded)
        or _DEFAULT_CATEGORIES
    )


def _shares(test: Mapping[str, Any]) -> Mapping[str, float]:
    shares: Mapping[str, float] = test.get("complexity_distribution") or _DEFAULT_SHARES
    total = sum(shares.get(complexity, 0) for complexity in COMPLEXITIES)
    if abs(total - 1) > _TOLERANCE:
        raise ValidationError(f"test_config.complexity_distribution: the shares must sum to 1, got {total:g}")
    return shares


def _tools(agent: Mapping[str, Any], test: Mapping[str, Any], expected: Mapping[str, Any]) -> tuple[Tool, ...]:
    """Return the tools of the agent, focused ones first, without excluded ones."""
    tools: list[Tool] = []
    for index, definition in enumerate(agent.get("tools", ())):
        path = f"agent.tools[{index}]"
        if definition["name"] in (tool.name for tool in tools):
            raise ValidationError(f"{path}.name: duplicate tool name {definition['name']!r}")
        tools.append(read_tool(definition, path))
    focus = [*test.get("focus_areas", ()), *expected.get("expected_tools", ())]
    kept = [tool for tool in tools if not _matches_any(tool, test.get("exclude", ()))]
    focused = [tool for tool in kept if _matches_any(tool, focus)]
    if test.get("strategy") == "focused":
        return tuple(focused or kept[:2])
    return (*focused, *(tool for tool in kept if tool not in focused))


def _matches_any(tool: Tool, phrases: Sequence[str]) -> bool:
    about = _stems(f"{tool.name} {tool.purpose}")
    return any(_stems(phrase) in about for phrase in phrases if phrase.strip())


def _stems(text: str) -> str:
    """Return the words without the plural "s", separated and surrounded by spaces."""
    return f" {' '.join(word.removesuffix('s') for word in split_words(text))} "


def _examples(context: Mapping[str, Any]) -> tuple[list[SampleMessage], list[Mapping[str, Any]]]:
    sample_messages: list[SampleMessage] = []
    records: list[Mapping[str, Any]] = []
    for example in as_list((as_object(context.get("sample_data")) or {}).get("examples")) or ():
        if isinstance(example, str):
            sample_messages.append(SampleMessage(example, ""))
        elif (record := as_object(example)) is not None:
            message = _first_text(record, _QUESTION_KEYS)
            if message:
                sample_messages.append(SampleMessage(message, _first_text(record, _ANSWER_KEYS)))
            records.append(record)
    return sample_messages, records


def _first_text(record: Mapping[str, Any], keys: Sequence[str]) -> str:
    return next((record[key] for key in keys if isinstance(record.get(key), str)), "")


def _topic(*texts: str | None) -> str:
    """Return the subject as a noun phrase, from the first text that has one."""
    nouns = (_noun(_one_line(text).rstrip(".")) for text in texts if text)
    return next((noun for noun in nouns if noun), "your service")


def _noun(text: str) -> str:
    """Return the subject of a description: "orders" for "Customers asking about orders" and "Handles orders"."""
    words = _ASKING.sub("", text).split()
    if (
        len(words) > 1
        and words[0].endswith("s")
        and words[1] not in {"and", "or"}
        and imperative_form(words[0].lower())
    ):
        words = words[1:]
    if not 0 < len(words) <= _MAX_TOPIC_WORDS or words[-1].lower() in _AGENTS:
        return ""
    first, *rest = words
    return " ".join([first if first[1:2].isupper() else first[:1].lower() + first[1:], *rest])


def _one_line(text: str) -> str:
    """Return the text on one line; identifiers such as `security_evaluation` become words."""
    words = text.split()
    return words[0].replace("_", " ") if len(words) == 1 else " ".join(words)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
