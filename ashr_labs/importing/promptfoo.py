"""Tests of promptfoo: configurations, lists of tests and CSV files."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from .._json import as_list, as_object, parsed_json
from .messages import add_messages, is_messages
from .names import INPUT_KEYS
from .records import Record, fault_at
from .scenario_draft import JUST_KEPT, LEFT_OUT
from .values import add_calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..errors import DatasetError
    from .rows import Keys
    from .scenario_draft import FieldPath, ScenarioDraft

__all__ = ["is_config", "is_test", "read_test", "tests_of"]

_TEXT: Final = frozenset(
    {
        *("equals", "contains", "icontains", "starts-with", "similar", "factuality", "model-graded-factuality"),
        *("levenshtein", "rouge-n", "bleu", "gleu", "meteor", "contains-all", "icontains-all", "context-recall"),
    }
)
"""Assertions whose value is the expected text, or a part of it."""
_ANY: Final = frozenset({"contains-any", "icontains-any"})
_CALLS: Final = frozenset({"tool-call-f1"})
_LIMITS: Final = frozenset({"cost", "latency", "perplexity", "perplexity-score"})
_MAX_COMBINATIONS = 1_000
_VARIABLE = re.compile(r"\{\{-?\s*([\w.]+)\s*(?:\|\s*(?:dump|safe|trim)\s*)?-?\}\}")
_COLUMN_ASSERTION = re.compile(r"^([a-z][a-z\d-]*)(?:\(([\d.]+)\))?:\s*(.*)$", re.DOTALL)


def is_config(fields: Mapping[str, Any]) -> bool:
    """Return True for a configuration, or for the results of one."""
    config = as_object(fields.get("config")) or fields
    return "actions" not in fields and ("tests" in config or ("scenarios" in config and "prompts" in config))


def is_test(fields: Mapping[str, Any], _keys: Keys) -> bool:
    """Return True for a test, or a row of a CSV file of tests."""
    return (
        is_config(fields)
        or "vars" in fields
        or "prompt_template" in fields
        or any(key.startswith("__expected") for key in fields)
    )


def tests_of(record: Record) -> Iterator[Record | DatasetError]:
    """Yield a record for each test and each combination of its variables."""
    config = as_object(record.fields.get("config")) or record.fields
    defaults = as_object(config.get("defaultTest")) or as_object(config.get("default_test")) or {}
    prompt = _prompt(config.get("prompts"))
    for place, test in _listed(config):
        fields = as_object(test)
        if fields is None:
            where = f"{test} is another file; import it instead" if isinstance(test, str) else "must be an object"
            yield fault_at(record.place, place, where)
            continue
        merged = _merged(defaults, fields)
        for number, variables in enumerate(_combinations(as_object(merged.get("vars")) or {})):
            at = f"{place}" if not number else f"{place} with combination {number + 1} of its variables"
            yield Record(f"{record.place}: {at}", {**merged, "vars": variables, "prompt_template": prompt})


def read_test(draft: ScenarioDraft, fields: Mapping[str, Any], field: FieldPath, keys: Keys) -> None:
    """Read one test."""
    fields = fields if "vars" in fields else _of_columns(fields)
    variables = as_object(fields.get("vars")) or {}
    _add_message(draft, variables, str(fields.get("prompt_template") or ""), field.key("vars"), keys)
    draft.title = str(fields.get("description") or "")
    draft.id = str(fields.get("id") or "")
    for key in ("metadata", "options", "providers", "threshold", "provider"):
        if fields.get(key):
            draft.keep(key, fields[key])
    _add_assertions(draft, as_list(fields.get("assert")) or (), field.key("assert"))


def _listed(config: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    tests = config.get("tests")
    for number, test in enumerate(as_list(tests) or ([tests] if tests else ())):
        yield f"tests[{number}]", test
    for number, scenario in enumerate(as_list(config.get("scenarios")) or ()):
        fields = as_object(scenario) or {}
        shared = as_list(fields.get("config")) or [{}]
        for index, (one, test) in enumerate(product(shared, as_list(fields.get("tests")) or [{}])):
            yield f"scenarios[{number}].tests[{index}]", _merged(as_object(one) or {}, as_object(test) or {})


def _merged(defaults: Mapping[str, Any], test: Mapping[str, Any]) -> dict[str, Any]:
    variables = {**(as_object(defaults.get("vars")) or {}), **(as_object(test.get("vars")) or {})}
    assertions = [*(as_list(defaults.get("assert")) or ()), *(as_list(test.get("assert")) or ())]
    return {**defaults, **test, "vars": variables, "assert": assertions}


def _combinations(variables: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each combination of variables that have several values; messages are one value."""
    choices = [
        list(values) if (values := as_list(value)) and not is_messages(value) else [value]
        for value in variables.values()
    ]
    for number, chosen in enumerate(product(*choices)):
        if number >= _MAX_COMBINATIONS:
            return
        yield dict(zip(variables, chosen, strict=True))


def _prompt(prompts: object) -> str:
    """Return the first prompt that is in the configuration itself."""
    listed = as_list(prompts) or [prompts]
    texts = ((as_object(one) or {}).get("raw", one) for one in listed)
    return next((one for one in texts if isinstance(one, str) and not one.startswith(("file://", "./"))), "")


def _add_message(draft: ScenarioDraft, variables: Mapping[str, Any], prompt: str, field: FieldPath, keys: Keys) -> None:
    """Add the user's message: the prompt with the variables filled in, or the variable that holds it."""
    used = set(_VARIABLE.findall(prompt))
    rendered = _VARIABLE.sub(lambda match: _written(_value(variables, match[1])), prompt) if used else ""
    if keys.input is None and used and not re.search(r"\{[{%]", rendered):
        parsed = parsed_json(rendered)
        if is_messages(parsed):
            add_messages(draft, parsed, field)
        else:
            draft.add_user(rendered.strip())
    else:
        used = {_add_variable(draft, variables, field, keys)}
    for name, value in variables.items():
        if name not in used:
            draft.keep(f"vars.{name}", value, JUST_KEPT.format(f"vars.{name}"))


def _add_variable(draft: ScenarioDraft, variables: Mapping[str, Any], field: FieldPath, keys: Keys) -> str:
    name = keys.input or next((key for key in ("messages", *INPUT_KEYS) if key in variables), None)
    if name is None and len(variables) == 1:
        name = next(iter(variables))
    if name is None or name not in variables:
        raise field.fault(
            f"no variable holds the message; name it (input_key=, --input-key), one of {', '.join(variables)}"
        )
    if is_messages(variables[name]):
        add_messages(draft, variables[name], field.key(name))
    else:
        draft.add_user(_written(variables[name]))
    return name


def _value(variables: Mapping[str, Any], path: str) -> object:
    value: object = variables
    for name in path.split("."):
        value = (as_object(value) or {}).get(name, "")
    return value


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _of_columns(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the test in a row: `__expected` columns are assertions, columns without underscores are variables."""
    assertions = [
        _of_column(value)
        for key, value in fields.items()
        if re.fullmatch(r"__expected\d*", key) and isinstance(value, str) and value.strip()
    ]
    metadata = {
        key.removeprefix("__metadata:"): value for key, value in fields.items() if key.startswith("__metadata:")
    }
    return {
        "vars": {key: value for key, value in fields.items() if not key.startswith("__")},
        "assert": assertions,
        "description": fields.get("__description"),
        "metadata": metadata,
    }


def _of_column(text: str) -> dict[str, Any]:
    match = _COLUMN_ASSERTION.match(text.strip())
    if match is None:
        return {"type": "equals", "value": text.strip()}
    kind = {"fn": "javascript", "eval": "javascript", "grade": "llm-rubric"}.get(match[1], match[1])
    return {"type": kind, "value": match[3]}


def _add_assertions(draft: ScenarioDraft, assertions: object, field: FieldPath) -> None:
    texts: list[str] = []
    calls: list[object] = []
    for number, (assertion, at) in enumerate(_flat(assertions, field)):
        kind, value = str(assertion.get("type")), assertion.get("value")
        values = [_written(one) for one in as_list(value) or [value] if one is not None]
        if kind in _TEXT and values:
            texts += values
        elif kind in _ANY and values:
            texts.append(values[0])
            draft.keep("alternatives", values[1:], JUST_KEPT.format("further values of assertions"))
        elif kind in _CALLS and values:
            calls += [name.strip() for one in values for name in one.split(",")]
        elif kind in _LIMITS:
            draft.note(LEFT_OUT.format(f"assertions of the type {kind!r}"))
        else:
            draft.not_understood(
                at.key(f"[{number}]") if not at.path else at,
                f"assertions of the type {kind!r} cannot be imported; replace it by one on the text, or store the test "
                "without it (keep_unknown=, --keep-unknown)",
            )
            draft.keep("assert", assertion)
    if calls:
        add_calls(draft, calls, field, "\n".join(texts))
    elif texts:
        draft.add_agent("\n".join(dict.fromkeys(texts)), [])


def _flat(assertions: object, field: FieldPath) -> Iterator[tuple[Mapping[str, Any], FieldPath]]:
    """Yield assertions with their paths; sets are flattened."""
    for number, assertion in enumerate(as_list(assertions) or ()):
        fields, at = as_object(assertion) or {"type": assertion}, field.item(number)
        if fields.get("type") == "assert-set":
            yield from _flat(fields.get("assert"), at.key("assert"))
        else:
            yield fields, at
