"""A generation config, checked and read into what the generators need."""

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
from .realistic import words_of
from .tools import imperative, read_tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .tools import Tool

__all__ = ["CATEGORIES", "COMPLEXITIES", "PENTEST_CATEGORIES", "Pentest", "Plan", "Quote", "read_pentest", "read_plan"]

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

_USUAL_CATEGORIES = CATEGORIES[:3]
_USUAL_SHARES: Final = {"simple": 0.4, "moderate": 0.4, "complex": 0.2}
_USUAL_SCENARIOS = 5
_MOST_SCENARIOS = 1_000
_TOLERANCE = 0.01
_ANY_OF: Final = {
    "agent": ("name", "description", "system_prompt"),
    "context": ("domain", "use_case", "scenario_context"),
}
_MOST_TOPIC_WORDS = 12
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
class Quote:
    """A message that users really send, with its answer if the config gives one."""

    message: str
    answer: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to generate scenarios about, how many, and of which kinds."""

    topic: str
    """What users want of it, in a few words."""
    domain: str
    background: str
    """Where it works and who its users are, in sentences."""
    persona: str
    """Who the user is: "busy parent"."""
    tools: tuple[Tool, ...]
    records: tuple[Mapping[str, Any], ...]
    """Values that belong together, by the names of arguments."""
    quotes: tuple[Quote, ...]
    scenarios: int
    categories: tuple[str, ...]
    shares: Mapping[str, float]
    """The share of each complexity."""
    strategy: str


@dataclass(frozen=True, slots=True)
class Pentest:
    """Which attacks to generate."""

    categories: tuple[str, ...]
    scenarios_per_category: int
    difficulty: str
    multi_turn: bool


def read_plan(config: Mapping[str, Any]) -> Plan:
    """Read what every kind of dataset needs.

    Raises:
        ValidationError: With the path of what cannot be used, what is there, and what could be.
    """
    config = _checked(config)
    agent, context, test = config["agent"], config["context"], config.get("test_config", {})
    persona: Mapping[str, str] = context.get("user_persona") or {}
    quotes, records = _examples(context)
    domain = "" if _is_pentest(config) or context.get("domain") == "general" else _plain(context.get("domain", ""))
    # A penetration test's context is about the test.
    purposes = (
        (agent.get("description"),) if _is_pentest(config) else (context.get("use_case"), agent.get("description"))
    )
    background = (context.get("scenario_context"), context.get("use_case"), persona.get("description"))
    return Plan(
        topic=_topic(*purposes, domain),
        domain=domain,
        background=" ".join(_sentence(_plain(text)) for text in background if text),
        persona=_plain(persona.get("type", "")),
        tools=_tools(agent, test, config.get("expected_behaviors", {})),
        records=tuple(records),
        quotes=tuple(quotes),
        scenarios=_scenarios(config),
        categories=_categories(test),
        shares=_shares(test),
        strategy=test.get("strategy", "balanced"),
    )


def read_pentest(config: Mapping[str, Any]) -> Pentest | None:
    """Read which attacks a config asks for; None where it is no penetration test's.

    Raises:
        ValidationError: It is one's, and does not say which.
    """
    if not _is_pentest(config):
        return None
    settings = as_object(config.get("pentest_config"))
    if settings is None:
        raise ValidationError("pentest_config: is missing, though metadata.dataset_type is 'pentest'")
    return Pentest(
        categories=tuple(dict.fromkeys(settings.get("categories") or PENTEST_CATEGORIES)),
        scenarios_per_category=settings.get("num_scenarios_per_category", 3),
        difficulty=settings.get("difficulty", "mixed"),
        multi_turn=settings.get("include_multi_turn", True),
    )


def _is_pentest(config: Mapping[str, Any]) -> bool:
    return (as_object(config.get("metadata")) or {}).get("dataset_type") == "pentest"


def _checked(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a config without its nulls, once the contract allows it."""
    config = {key: _given(section) for key, section in _given(config).items()}
    try:
        json.dumps(config, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ValidationError(f"request: is not JSON: {error}") from error
    if violation := next(_contract().iter_errors(config), None):
        raise ValidationError(f"{_path(violation.instance_path)}: {violation.message}")
    for section, keys in _ANY_OF.items():
        if not any(config[section].get(key) for key in keys):
            raise ValidationError(f"{section}: give at least one of {', '.join(keys)}")
    return config


def _given(value: Any) -> Any:
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
    number = config.get("test_config", {}).get("num_variations", options.get("scenario_count", _USUAL_SCENARIOS))
    if number > _MOST_SCENARIOS:
        raise ValidationError(f"generation_options.scenario_count: {number} is more than {_MOST_SCENARIOS}")
    return int(number)


def _categories(test: Mapping[str, Any]) -> tuple[str, ...]:
    coverage: Mapping[str, bool] = test.get("coverage", {})
    for category, wanted in coverage.items():
        if wanted and category not in CATEGORIES:
            raise ValidationError(
                f"test_config.coverage.{category}: there is no such kind of scenario; there are {', '.join(CATEGORIES)}"
            )
    excluded = test.get("exclude", ())
    return (
        tuple(category for category in CATEGORIES if coverage.get(category) and category not in excluded)
        or _USUAL_CATEGORIES
    )


def _shares(test: Mapping[str, Any]) -> Mapping[str, float]:
    shares: Mapping[str, float] = test.get("complexity_distribution") or _USUAL_SHARES
    total = sum(shares.get(complexity, 0) for complexity in COMPLEXITIES)
    if abs(total - 1) > _TOLERANCE:
        raise ValidationError(f"test_config.complexity_distribution: the shares sum to {total:g}, not to 1")
    return shares


def _tools(agent: Mapping[str, Any], test: Mapping[str, Any], expected: Mapping[str, Any]) -> tuple[Tool, ...]:
    """Read the agent's tools, those in focus first, without those that are excluded."""
    tools: list[Tool] = []
    for index, definition in enumerate(agent.get("tools", ())):
        path = f"agent.tools[{index}]"
        if definition["name"] in (tool.name for tool in tools):
            raise ValidationError(f"{path}.name: there is another tool of the name {definition['name']!r}")
        tools.append(read_tool(definition, path))
    focus = [*test.get("focus_areas", ()), *expected.get("expected_tools", ())]
    kept = [tool for tool in tools if not _is_about(tool, test.get("exclude", ()))]
    focused = [tool for tool in kept if _is_about(tool, focus)]
    if test.get("strategy") == "focused":
        return tuple(focused or kept[:2])
    return (*focused, *(tool for tool in kept if tool not in focused))


def _is_about(tool: Tool, phrases: Sequence[str]) -> bool:
    about = _stems(f"{tool.name} {tool.purpose}")
    return any(_stems(phrase) in about for phrase in phrases if phrase.strip())


def _stems(text: str) -> str:
    """Return the words of a text without the plural's "s", each between blanks."""
    return f" {' '.join(word.removesuffix('s') for word in words_of(text))} "


def _examples(context: Mapping[str, Any]) -> tuple[list[Quote], list[Mapping[str, Any]]]:
    quotes: list[Quote] = []
    records: list[Mapping[str, Any]] = []
    for example in as_list((as_object(context.get("sample_data")) or {}).get("examples")) or ():
        if isinstance(example, str):
            quotes.append(Quote(example, ""))
        elif (record := as_object(example)) is not None:
            message = _first_text(record, _QUESTION_KEYS)
            if message:
                quotes.append(Quote(message, _first_text(record, _ANSWER_KEYS)))
            records.append(record)
    return quotes, records


def _first_text(record: Mapping[str, Any], keys: Sequence[str]) -> str:
    return next((record[key] for key in keys if isinstance(record.get(key), str)), "")


def _topic(*texts: str | None) -> str:
    """Return what users want, as a noun within a sentence, from the first text that gives one."""
    nouns = (_noun(_plain(text).rstrip(".")) for text in texts if text)
    return next((noun for noun in nouns if noun), "your service")


def _noun(text: str) -> str:
    """Return what a description is about: "orders" of "Customers asking about orders" and of "Handles orders"."""
    words = _ASKING.sub("", text).split()
    if len(words) > 1 and words[0].endswith("s") and words[1] not in {"and", "or"} and imperative(words[0].lower()):
        words = words[1:]
    if not 0 < len(words) <= _MOST_TOPIC_WORDS or words[-1].lower() in _AGENTS:
        return ""
    first, *rest = words
    return " ".join([first if first[1:2].isupper() else first[:1].lower() + first[1:], *rest])


def _plain(text: str) -> str:
    """Return a text on one line; an identifier such as `security_evaluation` as words."""
    words = text.split()
    return words[0].replace("_", " ") if len(words) == 1 else " ".join(words)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
