"""Scorers from text and from JSON: of the command line, and of the `checks` of datasets."""

from __future__ import annotations

import inspect
import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from .._format import suggestion
from .._json import as_list, as_object, preview
from .._references import load_reference
from ..errors import ConfigurationError
from .base import BaseScorer
from .builtin import BuiltInScorer, ExpectedScorer
from .custom import as_scorer, as_scorers
from .options import ScorerOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "TYPES",
    "ScorerType",
    "read_scorers",
    "scorer_class",
    "scorer_from_config",
    "scorer_from_text",
    "scorers_from_config",
]


class ScorerType(NamedTuple):
    """Where a type of scorer is, which is imported when the type is used."""

    module: str
    class_name: str
    main: str | None = None
    """The option that `value` is."""
    is_json: bool = False
    """Whether the text of the main option is JSON, such as a number."""


TYPES: dict[str, ScorerType] = {
    "answer_correctness": ScorerType("rag", "AnswerCorrectness"),
    "answer_relevancy": ScorerType("rag", "AnswerRelevancy"),
    "answer_similarity": ScorerType("rag", "AnswerSimilarity"),
    "battle": ScorerType("judge", "Battle"),
    "bleu": ScorerType("text_metrics", "BLEU", "expected"),
    "closed_qa": ScorerType("judge", "ClosedQA"),
    "command_exits": ScorerType("invariants", "CommandExits", "command"),
    "contains": ScorerType("heuristic", "Contains", "text"),
    "context_entity_recall": ScorerType("rag", "ContextEntityRecall"),
    "context_precision": ScorerType("rag", "ContextPrecision"),
    "context_recall": ScorerType("rag", "ContextRecall"),
    "context_relevancy": ScorerType("rag", "ContextRelevancy"),
    "cost": ScorerType("limits", "Cost", "max_usd", is_json=True),
    "ends_with": ScorerType("heuristic", "EndsWith", "text"),
    "exact_match": ScorerType("heuristic", "ExactMatch", "expected"),
    "f1": ScorerType("text_metrics", "F1", "expected"),
    "factuality": ScorerType("judge", "Factuality"),
    "faithfulness": ScorerType("rag", "Faithfulness"),
    "file_contains": ScorerType("invariants", "FileContains", "path"),
    "file_exists": ScorerType("invariants", "FileExists", "path"),
    "humor": ScorerType("judge", "Humor"),
    "json_diff": ScorerType("json_values", "JSONDiff", "expected", is_json=True),
    "json_schema": ScorerType("json_schema", "JSONSchema", "schema", is_json=True),
    "json_validity": ScorerType("json_values", "JSONValidity"),
    "judge_panel": ScorerType("panel", "JudgePanel", "judges", is_json=True),
    "language": ScorerType("language", "Language", "language"),
    "latency": ScorerType("limits", "Latency", "max_ms", is_json=True),
    "levenshtein": ScorerType("similarity", "Levenshtein", "expected"),
    "llm_judge": ScorerType("invariants", "LLMJudge", "criteria"),
    "moderation": ScorerType("judge", "Moderation"),
    "numeric_diff": ScorerType("numeric", "NumericDiff", "expected", is_json=True),
    "pairwise": ScorerType("pairwise", "Pairwise", "criteria"),
    "pii": ScorerType("content", "PII", "kinds"),
    "refusal": ScorerType("content", "Refusal"),
    "regex": ScorerType("heuristic", "Regex", "pattern"),
    "rouge": ScorerType("text_metrics", "ROUGE", "expected"),
    "rubric": ScorerType("rubric", "Rubric", "criteria"),
    "security": ScorerType("judge", "Security"),
    "semantic_list_contains": ScorerType("similarity", "SemanticListContains", "expected"),
    "sql_equals": ScorerType("invariants", "SQLEquals"),
    "sql_judge": ScorerType("judge", "SQLJudge"),
    "starts_with": ScorerType("heuristic", "StartsWith", "text"),
    "summarization": ScorerType("judge", "Summarization"),
    "tool_correctness": ScorerType("tool_correctness", "ToolCorrectness", "expected", is_json=True),
    "trajectory": ScorerType("trajectory", "Trajectory", "called"),
    "translation": ScorerType("judge", "Translation"),
}
"""The types of scorers by their names in text and JSON."""

_COMMON = frozenset(ScorerOptions.__annotations__)
_WITHOUT_OPTIONS = (BaseScorer, BuiltInScorer, ExpectedScorer)
"""Classes whose constructors are not called by users."""


def scorer_class(kind: str) -> type[BaseScorer]:
    """Return the class of a type of scorer."""
    found: type[BaseScorer] = getattr(import_module(f".{TYPES[kind].module}", __package__), TYPES[kind].class_name)
    return found


def scorer_from_config(config: object, path: str = "", *, gate: bool = False) -> BaseScorer:
    """Return the scorer of a check such as `{"type": "contains", "value": "refund"}`.

    Args:
        config: `type`, the options of the scorer by their names, and `value` for its main option.
        path: Where the check is, for messages.
        gate: Whether the score fails the test if it does not pass, where the check does not say.

    Raises:
        ConfigurationError: A key or value cannot be used; the message begins with its path.

    >>> scorer_from_config({"type": "contains", "value": "refund"})
    Contains('contains')
    """
    fields = as_object(config)
    where = path or "the check"
    if fields is None:
        raise ConfigurationError(f"{where} must be an object with `type`, got {preview(config)}")
    kind = fields.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise ConfigurationError(
            f"{_at(path, 'type')} must be a type of scorer, got {preview(kind)}{suggestion(kind, TYPES)}"
        )
    options = _options(kind, {key: value for key, value in fields.items() if key != "type"}, path)
    try:
        cls: Any = scorer_class(kind)
        made: BaseScorer = cls(**{"gate": gate, **options})
    except (ConfigurationError, TypeError) as error:
        raise ConfigurationError(f"{where}: {error}") from error
    return made


def scorers_from_config(configs: object, path: str = "checks", *, gate: bool = False) -> list[BaseScorer]:
    """Return the scorers of a list of checks; repeated names get a number, such as `contains_2`.

    Raises:
        ConfigurationError: As of `scorer_from_config()`, or two checks were given the same name.
    """
    checks = as_list(configs)
    if checks is None:
        raise ConfigurationError(f"{path} must be a list of checks, got {preview(configs)}")
    scorers: dict[str, BaseScorer] = {}
    for index, check in enumerate(checks):
        at = f"{path}[{index}]"
        scorer = scorer_from_config(check, at, gate=gate)
        if scorer.name in scorers and "name" in (as_object(check) or {}):
            raise ConfigurationError(f"{at}.name must differ from that of other checks, got {scorer.name!r}")
        if scorer.name in scorers:
            number = next(n for n in range(2, len(checks) + 2) if f"{scorer.name}_{n}" not in scorers)
            scorer = scorer.with_options(name=f"{scorer.name}_{number}")
        scorers[scorer.name] = scorer
    return list(scorers.values())


def read_scorers(given: Iterable[object]) -> list[BaseScorer]:
    """Return scorers for scorers, functions, and the text of scorers; see `as_scorers()` and `scorer_from_text()`.

    Raises:
        ConfigurationError: One of them cannot score, or two have the same name.
    """
    return as_scorers([scorer_from_text(one) if isinstance(one, str) else one for one in given])


def scorer_from_text(text: str) -> BaseScorer:
    """Return the scorer that text names: `contains:refund`, `json_validity`, or `module:attribute` of the user.

    Only the last form imports code of the user.

    Raises:
        ConfigurationError: It names none.
    """
    kind, colon, value = text.partition(":")
    if kind in TYPES:
        return _from_type(text, kind, value if colon else None)
    try:
        found = load_reference(text)
    except ConfigurationError as error:
        close = suggestion(kind, TYPES)
        raise ConfigurationError(
            f"the scorer {text!r} is neither of a known type nor importable: {error}{close}"
        ) from error
    try:
        return as_scorer(found)
    except ConfigurationError as error:
        raise ConfigurationError(f"the scorer {text!r} cannot be used: {error}") from error


def _from_type(text: str, kind: str, value: str | None) -> BaseScorer:
    config: dict[str, Any] = {"type": kind}
    if value is not None:
        config |= {"value": _value(kind, value), "name": text}
    return scorer_from_config(config, f"the scorer {text!r}")


def _value(kind: str, text: str) -> Any:
    if not TYPES[kind].is_json:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"the scorer {kind!r} must have JSON after the colon, got {preview(text)}: {error}"
        ) from error


def _options(kind: str, given: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Return the options of a scorer by the names of its parameters."""
    known = _known_options(kind)
    options = dict(given)
    main = TYPES[kind].main
    if "value" in options and "value" not in known:
        if main is None:
            raise ConfigurationError(f"{_at(path, 'value')} must be left out: {kind!r} has no main option")
        if main in options:
            raise ConfigurationError(f"{_at(path, main)} must be left out: `value` is the same")
        options[main] = options.pop("value")
    unknown = next((key for key in options if key not in known), None)
    if unknown is not None:
        meant = suggestion(unknown, [*known, "value"])
        raise ConfigurationError(f"{_at(path, unknown)} is not an option of {kind!r}{meant}")
    missing = next((name for name, is_required in known.items() if is_required and name not in options), None)
    if missing is not None:
        key = "value" if missing == main else missing
        raise ConfigurationError(f"{_at(path, key)} must be given: {kind!r} needs it")
    return options


def _known_options(kind: str) -> dict[str, bool]:
    """Return the names of the options of a type, and whether each is required."""
    known = dict.fromkeys(sorted(_COMMON), False)
    for base in reversed(scorer_class(kind).__mro__):
        if base not in _WITHOUT_OPTIONS and "__init__" in vars(base) and base is not object:
            known |= {one.name: one.default is one.empty for one in _parameters(base)}
    return known


def _parameters(cls: type) -> Iterable[inspect.Parameter]:
    parameters = list(inspect.signature(cls).parameters.values())
    return [one for one in parameters if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]


def _at(path: str, key: str) -> str:
    return f"{path}.{key}" if path else f"`{key}`"
