"""Regular expressions of rules: searched in linear time, as rules of one tenant must not hold up the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

from ..._format import one_line, truncate
from ...errors import ConfigurationError
from ...scorers.heuristic import Regex

if TYPE_CHECKING:
    from ...scorers import Score, ScorerContext

__all__ = ["LinearRegex"]

_MAX_REASON = 200


class LinearRegex(Regex):
    """The scorer `Regex` by an engine that does not backtrack.

    Args:
        scorer: The scorer with the pattern.

    Raises:
        ConfigurationError: The pattern has look-around or back-references, which need backtracking.
    """

    def __init__(self, scorer: Regex) -> None:
        super().__init__(
            scorer.pattern,
            full=scorer.full,
            case_sensitive=scorer.case_sensitive,
            name=scorer.name,
            weight=scorer.weight,
            gate=scorer.gate,
            threshold=scorer.threshold,
            negated=scorer.negated,
        )
        pattern = rf"\A(?:{self.pattern})\z" if self.full else self.pattern
        flags = "" if self.case_sensitive else "(?i)"
        try:
            self._text = Draft202012Validator({"pattern": flags + pattern}, pattern_options=RegexOptions())
        except ValidationError as error:
            reason = truncate(one_line(error.message), _MAX_REASON)
            raise ConfigurationError(
                f"`pattern` must be a regular expression without look-around and back-references: {reason}"
            ) from error

    def evaluate(self, context: ScorerContext) -> Score:
        """Match the output."""
        found = self._text.is_valid(context.agent_output)
        return self.decided(found, "" if found else "the output does not match the pattern")
