"""Scorers of the environment in which an agent worked: its files, commands and databases.

They are declarations. Without an environment they score None; the user's own disk is never looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .._json import as_object, preview
from .._unset import UNSET, Unset
from ..errors import ConfigurationError
from .base import not_scored
from .builtin import BuiltInScorer
from .custom import as_scorer
from .options import number_option, text_option
from .score import Score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Unpack

    from ..invariants import InvariantResult
    from .options import ScorerOptions
    from .score import ScorerContext

__all__ = [
    "NO_ENVIRONMENT",
    "CommandExits",
    "EnvironmentScorer",
    "FileContains",
    "FileExists",
    "LLMJudge",
    "SQLEquals",
    "scorers_to_invariants",
]

NO_ENVIRONMENT = "it needs an environment, such as a sandbox"
_MAX_DESCRIPTION = 80
_MAX_COMMAND = 30


class EnvironmentScorer(BuiltInScorer):
    """A scorer that an environment evaluates."""

    description = ""
    """The check in words."""

    def evaluate(self, context: ScorerContext) -> Score:
        """Return a score of None, with the reason."""
        return not_scored(self.name, NO_ENVIRONMENT)

    def scored(self, result: InvariantResult) -> Score:
        """Return the score for the result of the check in an environment."""
        if result.error:
            return not_scored(self.name, result.error)
        found = Score(self.name, result.score, result.passed, result.reason or result.message)
        return self._finished(found) or not_scored(self.name, NO_ENVIRONMENT)

    def check(self) -> dict[str, Any]:
        """Return what the environment has to check: the type and its options."""
        return {"type": self.rule_type, **{key: value for key, value in self.config().items() if value is not None}}

    def to_invariant(self) -> dict[str, Any] | None:
        """Return the invariant for a sandbox's specification; None if it is negated, which invariants cannot be."""
        if self.negated:
            return None
        return {"description": self.description, "weight": self.weight, "gate": self.gate, "check": self.check()}


class FileExists(EnvironmentScorer):
    """A file exists in the environment.

    Args:
        path: The path of the file.
        **options: See `BaseScorer`.
    """

    rule_type = "file_exists"
    config_options = ("path",)

    def __init__(self, path: str, **options: Unpack[ScorerOptions]) -> None:
        self.path = text_option("path", path)
        super().__init__(f"file_exists:{path}", **options)
        self.description = f"{path} exists"


class FileContains(EnvironmentScorer):
    """A file in the environment contains text.

    Args:
        path: The path of the file.
        contains: Text that it must contain.
        not_contains: Text that it must not contain.
        pattern: A regular expression that must be found in it.
        **options: See `BaseScorer`.

    Raises:
        ConfigurationError: There is no condition.
    """

    rule_type = "file_content"
    config_options = ("path", "contains", "not_contains", "pattern")

    def __init__(
        self,
        path: str,
        *,
        contains: str | None = None,
        not_contains: str | None = None,
        pattern: str | None = None,
        **options: Unpack[ScorerOptions],
    ) -> None:
        self.path = text_option("path", path)
        conditions = {"contains": contains, "not_contains": not_contains, "pattern": pattern}
        given = {name: text_option(name, value) for name, value in conditions.items() if value is not None}
        if not given:
            raise ConfigurationError("one of `contains`, `not_contains` and `pattern` must be given")
        if pattern is not None:
            _check_pattern(pattern)
        super().__init__(f"file_content:{path}", **options)
        self.contains, self.not_contains, self.pattern = contains, not_contains, pattern
        self.description = f"{path} content check"


class CommandExits(EnvironmentScorer):
    """A command in the environment ends with an exit code.

    Args:
        command: The command line.
        exit_code: The exit code.
        **options: See `BaseScorer`.
    """

    rule_type = "command_exit"
    config_options = ("command", "exit_code")

    def __init__(self, command: str, *, exit_code: int = 0, **options: Unpack[ScorerOptions]) -> None:
        self.command = text_option("command", command)
        self.exit_code = int(number_option("exit_code", exit_code, minimum=0, maximum=255))
        super().__init__(f"command:{command[:_MAX_COMMAND]}", **options)
        self.description = f"command exits {self.exit_code}"


class SQLEquals(EnvironmentScorer):
    """A query to a database of the environment returns a value.

    Args:
        service: The name of the database's service.
        query: The query.
        equals: The value; None is NULL.
        expected: The same as `equals`.
        **options: See `BaseScorer`.

    Raises:
        TypeError: Neither or both of `equals` and `expected` are given, and they differ.
    """

    rule_type = "sql"
    config_options = ("service", "query", "equals")

    def __init__(
        self,
        *,
        service: str,
        query: str,
        equals: Any | Unset = UNSET,
        expected: Any | Unset = UNSET,
        **options: Unpack[ScorerOptions],
    ) -> None:
        given = [value for value in (equals, expected) if value is not UNSET]
        if not given or given[0] != given[-1]:
            raise TypeError("one of `equals` and `expected` must be given")
        self.service, self.query = text_option("service", service), text_option("query", query)
        super().__init__(f"sql:{service}", **options)
        self.equals = given[0]
        self.description = f"SQL check on {service}"

    def check(self) -> dict[str, Any]:
        """Return what the environment has to check; a value of None is kept, as it asks for NULL."""
        return {"type": self.rule_type, **self.config()}


class LLMJudge(EnvironmentScorer):
    """A language model judges what the agent left in the environment.

    Args:
        criteria: What must hold.
        model: The name of the model.
        input_from: What the judge sees.
        rubric: Descriptions of scores.
        temperature: The temperature of the model.
        **options: See `BaseScorer`.
    """

    rule_type = "llm_as_judge"
    config_options = ("criteria", "model", "input_from", "rubric", "temperature")

    def __init__(
        self,
        criteria: str,
        *,
        model: str = "paragon-fast",
        input_from: str = "workspace",
        rubric: Mapping[str, str] | None = None,
        temperature: float = 0.0,
        **options: Unpack[ScorerOptions],
    ) -> None:
        self.criteria, self.model = text_option("criteria", criteria), text_option("model", model)
        self.input_from = text_option("input_from", input_from)
        if rubric is not None and as_object(rubric) is None:
            raise ConfigurationError(f"`rubric` must be a mapping of scores to descriptions, got {preview(rubric)}")
        self.rubric = dict(rubric) if rubric else None
        self.temperature = number_option("temperature", temperature, minimum=0)
        super().__init__("llm_judge", **options)
        self.description = criteria[:_MAX_DESCRIPTION]


def scorers_to_invariants(scorers: Iterable[object]) -> dict[str, dict[str, Any]]:
    """Return the invariants of those scorers that have one, by their names with `_` for `:`, `/` and white space.

    A name that is there already gets a number: `llm_judge`, `llm_judge_2`.
    """
    invariants: dict[str, dict[str, Any]] = {}
    for scorer in map(as_scorer, scorers):
        invariant = scorer.to_invariant()
        if invariant is not None:
            invariants[_free(re.sub(r"[:/\s]", "_", scorer.name), invariants)] = invariant
    return invariants


def _free(name: str, taken: Mapping[str, object]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ConfigurationError(f"`pattern` must be a regular expression, got {preview(pattern)}: {error}") from error
