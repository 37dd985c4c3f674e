"""Validate payloads before they are sent, and complete generation configs. Pure.

Covers the part of JSON Schema that the contract uses, and its `x-ashr-any-of`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast

from .._format import suggestion
from .._json import is_object, preview
from ..errors import ConfigurationError

__all__ = [
    "agent_config",
    "as_items",
    "as_payload",
    "check",
    "checked_config",
    "completed_config",
    "dataset_source",
    "input_schema",
    "not_none",
    "pentest_config",
    "pentest_input_schema",
    "schema_named",
]

Config = dict[str, Any]
Given = TypeVar("Given")
Schema = Mapping[str, Any]

_SUM_TOLERANCE = 0.01

_TYPE_NAMES = {
    "object": "an object",
    "array": "an array",
    "string": "a string",
    "boolean": "a boolean",
    "integer": "an integer",
    "number": "a number",
    "null": "null",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list, tuple),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def as_payload(value: object, name: str) -> dict[str, Any]:
    """Return a copy of an object that the user passed.

    Raises:
        ConfigurationError: If it is not an object; nothing was sent.
    """
    if not is_object(value):
        raise ConfigurationError(f"{name}: must be an object, got {preview(value)}")
    return dict(value)


def as_items(value: Iterable[Given] | None, name: str) -> list[Given]:
    """Return a list of items that the user passed; None is an empty one.

    Raises:
        ConfigurationError: If it is not a list; nothing was sent.
    """
    given = cast("object", value)
    if isinstance(given, str | bytes):
        raise ConfigurationError(f"{name}: must be a list, got {preview(given)}; write it as [{preview(given)}]")
    if given is not None and not isinstance(given, Iterable):
        raise ConfigurationError(f"{name}: must be a list, got {preview(given)}")
    return [*(value or ())]


def agent_config(value: object) -> dict[str, Any]:
    """Return a copy of an agent's config.

    Raises:
        ConfigurationError: If it is not an object, or grading could not use all of it; nothing was sent.
    """
    from ..grading import validate_grading_config  # noqa: PLC0415 - most clients never create an agent
    from ..grading.config import warn_deprecated_keys  # noqa: PLC0415 - as above

    config = as_payload(value, "config")
    if problems := validate_grading_config(config):
        raise ConfigurationError("; ".join(f"config.{problem}" for problem in problems))
    warn_deprecated_keys(config, stacklevel=5)
    return config


def dataset_source(value: object) -> dict[str, Any]:
    """Return a copy of the scenarios of a dataset.

    Raises:
        ConfigurationError: If they are not an object; nothing was sent.
        DatasetError: If one of them cannot be played; nothing was sent.
    """
    from ..dataset_faults import check_dataset  # noqa: PLC0415 - most clients never store a dataset

    source = as_payload(value, "dataset_source")
    check_dataset(source)
    return source


def not_none(value: Given, name: str, *, clear: str = "") -> Given:
    """Return a value that is not None.

    Raises:
        ConfigurationError: If it is None, which the API cannot store; `clear` is what to pass instead.
    """
    if value is None:
        hint = f", or pass {clear} to clear it" if clear else ""
        raise ConfigurationError(f"{name}: must not be None; leave it out to keep the present value{hint}")
    return value


def check(value: object, schema_name: str, path: str) -> None:
    """Validate a value against a named schema of the contract.

    Args:
        value: The value that the user passed.
        schema_name: A schema, such as `GenerationConfig`.
        path: The name of the value in messages, such as `config`.

    Raises:
        ConfigurationError: With the path of the first fault, the value there, and what is allowed.
    """
    for fault in _faults(value, schema_named(schema_name), path):
        raise ConfigurationError(fault)


@cache
def schema_named(name: str) -> Schema:
    """Return a schema of the contract."""
    schemas: dict[str, Schema] = _contract()["components"]["schemas"]
    return schemas[name]


def checked_config(config: Mapping[str, Any]) -> Config:
    """Return a copy of a valid generation config without its empty optional sections.

    Raises:
        ConfigurationError: With the path of the first fault, and what is allowed there.
    """
    kept = {key: value for key, value in as_payload(config, "config").items() if value is not None}
    check(kept, "GenerationConfig", "config")
    shares: dict[str, float] = kept.get("test_config", {}).get("complexity_distribution") or {}
    if shares and abs(sum(shares.values()) - 1) > _SUM_TOLERANCE:
        raise ConfigurationError(
            f"config.test_config.complexity_distribution: must sum to 1, got {shares} (sum {sum(shares.values()):g})"
        )
    if kept.get("metadata", {}).get("dataset_type") == "pentest" and "pentest_config" not in kept:
        raise ConfigurationError("config.pentest_config: is required if metadata.dataset_type is 'pentest'")
    return kept


def completed_config(config: Mapping[str, Any]) -> Config:
    """Return a copy of a generation config with defaults for the fields that the platform requires.

    Given values are kept; a malformed config is left for `checked_config` to refuse.
    """
    config = as_payload(config, "config")
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
    """Return the default input schema: any object, with the agent's tools to be saved."""
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
            "tools": as_items(tools, "tools"),
            "accepted_inputs": {"text": True, "audio": False, "file": False, "image": False, "video": False},
            "output_format": {"type": "text"},
        },
        "context": {"domain": "cybersecurity", "use_case": "security_evaluation"},
        "test_config": {
            "num_variations": num_scenarios_per_category,
            "coverage": {"adversarial": True, "security": True},
        },
        "pentest_config": {
            "categories": as_items(categories, "categories") or [*schema_named("PentestCategory")["enum"]],
            "num_scenarios_per_category": num_scenarios_per_category,
            "difficulty": difficulty,
            "include_multi_turn": include_multi_turn,
        },
        "generation_options": _options_off(),
    }


def pentest_input_schema(tools: Sequence[Mapping[str, Any]] | None) -> Config:
    """Return the input schema of a penetration test."""
    sections = ("agent", "context", "pentest_config")
    schema: Config = {
        "type": "object",
        "properties": {section: {"type": "object"} for section in sections},
        "required": list(sections),
    }
    return schema | ({"tools": as_items(tools, "tools")} if tools else {})


@cache
def _contract() -> dict[str, Any]:
    # A function-level import: it takes 2 ms, and only validation needs it.
    from importlib import resources  # noqa: PLC0415

    text = resources.files("ashr_labs_contract").joinpath("contract.json").read_text("utf-8")
    contract: dict[str, Any] = json.loads(text)
    return contract


def _faults(value: object, schema: Schema, path: str) -> Iterator[str]:
    if "$ref" in schema:
        yield from _faults(value, schema_named(schema["$ref"].rpartition("/")[2]), path)
    elif "anyOf" in schema:
        yield from _no_alternative(value, schema["anyOf"], path)
    elif not _has_type(value, schema.get("type")):
        yield f"{path}: must be {_TYPE_NAMES[schema['type']]}, got {preview(value)}"
    elif isinstance(value, dict):
        yield from _object_faults(cast("dict[str, object]", value), schema, path)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("list[object]", value)):
            yield from _faults(item, schema.get("items", {}), f"{path}[{index}]")
    else:
        yield from _scalar_faults(value, schema, path)


def _has_type(value: object, name: str | None) -> bool:
    if name is None:
        return True
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _no_alternative(value: object, alternatives: list[Schema], path: str) -> Iterator[str]:
    faults = [list(_faults(value, alternative, path)) for alternative in alternatives]
    if all(faults):
        # The user probably meant the alternative whose fault is deepest.
        yield max((found[0] for found in faults), key=lambda fault: fault.partition(": ")[0].count("."))


def _object_faults(value: dict[str, object], schema: Schema, path: str) -> Iterator[str]:
    properties: dict[str, Schema] = schema.get("properties", {})
    yield from (f"{path}.{key}: is required" for key in schema.get("required", ()) if key not in value)
    if schema.get("additionalProperties") is False:
        for key in value.keys() - properties.keys():
            hint = suggestion(key, properties) or f"; allowed: {', '.join(properties)}"
            yield f"{path}.{key}: unknown key{hint}"
    if len(value) < schema.get("minProperties", 0):
        yield f"{path}: must have at least one of {', '.join(properties)}"
    choices: list[str] = schema.get("x-ashr-any-of", [])
    if choices and not any(value.get(key) for key in choices):
        yield f"{path}: must have at least one of {', '.join(choices)}"
    for key, item in value.items():
        yield from _faults(item, properties.get(key, {}), f"{path}.{key}")


def _scalar_faults(value: object, schema: Schema, path: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: must be one of {', '.join(map(str, schema['enum']))}, got {preview(value)}"
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        yield f"{path}: must not be empty"
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        low, high = schema.get("minimum", "any"), schema.get("maximum", "any")
        yield f"{path}: must be {low} to {high}, got {value!r}"


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
