"""Complete and check the configuration of a dataset to generate. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._json import is_object
from ..errors import ConfigurationError
from ._validation import check, object_of, schema_named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["checked_config", "completed_config", "input_schema", "pentest_config", "pentest_input_schema"]

Config = dict[str, Any]

_SUM_TOLERANCE = 0.01


def checked_config(config: Mapping[str, Any]) -> Config:
    """Return a copy of a generation config without its empty optional sections, once it is found valid.

    Raises:
        ConfigurationError: With the first fault's path and what is allowed there.
    """
    kept = {key: value for key, value in object_of(config, "config").items() if value is not None}
    check(kept, "GenerationConfig", "config")
    shares: dict[str, float] = kept.get("test_config", {}).get("complexity_distribution") or {}
    if shares and abs(sum(shares.values()) - 1) > _SUM_TOLERANCE:
        raise ConfigurationError(
            f"config.test_config.complexity_distribution: the shares {shares} sum to {sum(shares.values()):g}, not to 1"
        )
    if kept.get("metadata", {}).get("dataset_type") == "pentest" and "pentest_config" not in kept:
        raise ConfigurationError("config.pentest_config: is missing, though metadata.dataset_type is 'pentest'")
    return kept


def completed_config(config: Mapping[str, Any]) -> Config:
    """Return a copy of a generation config with what the platform needs and the user left out.

    What is there is kept as it is; a config that is not well formed is left for `checked_config` to refuse.
    """
    config = object_of(config, "config")
    agent, context = config.get("agent"), config.get("context")
    if not is_object(agent) or not is_object(context) or not agent or not context:
        return dict(config)
    defaults: Config = {
        "test_config": {
            "num_variations": 5,
            "coverage": {"happy_path": True, "edge_cases": True, "error_handling": True},
        },
        "generation_options": _options_off(),
    }
    given = {key: value for key, value in config.items() if value is not None}
    completed: Config = {
        "agent": {"accepted_inputs": {"text": True}, **agent},
        "context": _described_context(agent, context),
    }
    return defaults | given | completed


def input_schema(config: Mapping[str, Any]) -> Config:
    """Return the schema sent along when the user gives none: any object, and the agent's tools to be saved."""
    agent = config.get("agent")
    tools = agent.get("tools") if is_object(agent) else None
    schema: Config = {"type": "object", "properties": {}}
    return schema | ({"tools": tools} if tools else {})


def pentest_config(
    agent_name: str,
    agent_description: str,
    system_prompt: str,
    tools: Sequence[Mapping[str, Any]] | None,
    categories: Sequence[str] | None,
    num_scenarios_per_category: int,
    difficulty: str,
    include_multi_turn: bool,
) -> Config:
    """Return the generation config for a penetration test of an agent."""
    return {
        "metadata": {
            "dataset_name": f"Pentest: {agent_name}",
            "description": f"Penetration test of {agent_name}",
            "dataset_type": "pentest",
        },
        "agent": {
            "name": agent_name,
            "description": agent_description,
            "system_prompt": system_prompt,
            "tools": list(tools or ()),
            "accepted_inputs": {"text": True, "audio": False, "file": False, "image": False, "video": False},
            "output_format": {"type": "text"},
        },
        "context": {"domain": "cybersecurity", "use_case": "security_evaluation"},
        "test_config": {
            "num_variations": num_scenarios_per_category,
            "coverage": {"adversarial": True, "security": True},
        },
        "pentest_config": {
            "categories": list(categories or schema_named("PentestCategory")["enum"]),
            "num_scenarios_per_category": num_scenarios_per_category,
            "difficulty": difficulty,
            "include_multi_turn": include_multi_turn,
        },
        "generation_options": _options_off(),
    }


def pentest_input_schema(tools: Sequence[Mapping[str, Any]] | None) -> Config:
    """Return the schema sent along with a penetration test's config."""
    sections = ("agent", "context", "pentest_config")
    schema: Config = {
        "type": "object",
        "properties": {section: {"type": "object"} for section in sections},
        "required": list(sections),
    }
    return schema | ({"tools": list(tools)} if tools else {})


def _options_off() -> dict[str, bool]:
    return dict.fromkeys(
        (key for key in schema_named("GenerationOptions")["properties"] if key.startswith("generate_")), False
    )


def _described_context(agent: Mapping[str, Any], context: Mapping[str, Any]) -> Config:
    if context.get("use_case") or context.get("scenario_context"):
        return dict(context)
    name, description = agent.get("name"), agent.get("description")
    described: Config = {"use_case": description or f"Testing the {name or 'agent'} agent"}
    if name and description:
        domain = context.get("domain", "general")
        place = "" if domain == "general" else f" in the {domain} domain"
        described["scenario_context"] = f"{name} works{place}: {description}"
    return {**context, **described}
