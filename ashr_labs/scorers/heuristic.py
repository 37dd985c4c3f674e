"""Scorers that look for text in the output."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from .._format import truncate
from .._json import preview
from ..comparators import same_json
from ..errors import ConfigurationError
from .builtin import BuiltInScorer, ExpectedScorer
from .json_values import value_of
from .options import flag_option
from .score import text_of

if TYPE_CHECKING:
    from typing import Unpack

    from .options import ScorerOptions
    from .score import Score, ScorerContext

__all__ = ["Contains", "EndsWith", "ExactMatch", "Regex", "StartsWith"]

_MAX_SHOWN = 200
"""Characters of text in a message."""


class ExactMatch(ExpectedScorer):
    """The output is the expected value.

    A value that is not a string is compared as JSON: 4 is equal to 4.0 and to the text "4", and the order of keys
    does not matter.

    Args:
        expected: The expected value.
        expected_key: Its key in the parameters; see `ExpectedScorer`.
        case_sensitive: Whether upper and lower case differ.
        strip: Whether white space around the texts is ignored.
        **options: See `BaseScorer`.
    """

    rule_type = "exact_match"
    config_options = ("expected", "expected_key", "case_sensitive", "strip")

    def __init__(
        self,
        *,
        expected: Any = None,
        expected_key: str | None = None,
        case_sensitive: bool = True,
        strip: bool = True,
        **options: Unpack[ScorerOptions],
    ) -> None:
        super().__init__(expected, expected_key, **options)
        self.case_sensitive = flag_option("case_sensitive", case_sensitive)
        self.strip = flag_option("strip", strip)

    def evaluate(self, context: ScorerContext) -> Score | None:
        """Compare the output with the expected value."""
        expected, output = self.expected_of(context), context.output
        if expected is None:
            return None
        is_text = isinstance(output, str) and isinstance(expected, str)
        if not is_text and same_json(value_of(expected), value_of(output)):
            return self.decided(True)
        wanted, given = self._text(expected), self._text(output)
        if wanted == given:
            return self.decided(True)
        return self.decided(False, f"expected {_shown(wanted)}, got {_shown(given)}")

    def _text(self, value: object) -> str:
        text = value if isinstance(value, str) else text_of(value)
        if self.strip:
            text = text.strip()
        return text if self.case_sensitive else text.casefold()


class _TextScorer(BuiltInScorer):
    """A scorer that looks for text; without one, for the expected output of the row or scenario."""

    config_options = ("text", "case_sensitive")
    _relation = ""
    """The verb of the message, such as `contain`."""

    def __init__(self, text: Any = None, *, case_sensitive: bool = False, **options: Unpack[ScorerOptions]) -> None:
        super().__init__(**options)
        self.text = None if text is None else text_of(text)
        self.case_sensitive = flag_option("case_sensitive", case_sensitive)

    def evaluate(self, context: ScorerContext) -> Score | None:
        """Look for the text."""
        text = self.text
        if text is None:
            if context.expected is None:
                return None
            text = text_of(context.expected)
        output = context.agent_output
        if not self.case_sensitive:
            output, text = output.casefold(), text.casefold()
        found = self._is_found(text, output)
        return self.decided(found, "" if found else f"the output does not {self._relation} {_shown(text)}")

    def _is_found(self, text: str, output: str) -> bool:
        raise NotImplementedError


class Contains(_TextScorer):
    """The output contains the text.

    Args:
        text: The text; defaults to the expected output of the row or scenario.
        case_sensitive: Whether upper and lower case differ.
        **options: See `BaseScorer`.
    """

    rule_type = "contains"
    _relation = "contain"

    def _is_found(self, text: str, output: str) -> bool:
        return text in output


class StartsWith(_TextScorer):
    """The output, without white space around it, starts with the text.

    Args:
        text: The text; defaults to the expected output of the row or scenario.
        case_sensitive: Whether upper and lower case differ.
        **options: See `BaseScorer`.
    """

    rule_type = "starts_with"
    _relation = "start with"

    def _is_found(self, text: str, output: str) -> bool:
        return output.lstrip().startswith(text.lstrip())


class EndsWith(_TextScorer):
    """The output, without white space around it, ends with the text.

    Args:
        text: The text; defaults to the expected output of the row or scenario.
        case_sensitive: Whether upper and lower case differ.
        **options: See `BaseScorer`.
    """

    rule_type = "ends_with"
    _relation = "end with"

    def _is_found(self, text: str, output: str) -> bool:
        return output.rstrip().endswith(text.rstrip())


class Regex(BuiltInScorer):
    """The output matches a regular expression.

    Args:
        pattern: The expression, as the module `re` reads it.
        full: Whether it must match the whole output; by default, it is searched for.
        case_sensitive: Whether upper and lower case differ.
        **options: See `BaseScorer`.
    """

    rule_type = "regex"
    config_options = ("pattern", "full", "case_sensitive")

    def __init__(
        self,
        pattern: str | re.Pattern[str],
        *,
        full: bool = False,
        case_sensitive: bool = True,
        **options: Unpack[ScorerOptions],
    ) -> None:
        super().__init__(**options)
        self.full = flag_option("full", full)
        self.case_sensitive = flag_option("case_sensitive", case_sensitive)
        self._pattern = _compiled(pattern, 0 if case_sensitive else re.IGNORECASE)
        self.pattern = self._pattern.pattern

    def evaluate(self, context: ScorerContext) -> Score:
        """Match the output."""
        match = self._pattern.fullmatch if self.full else self._pattern.search
        found = match(context.agent_output) is not None
        return self.decided(found, "" if found else f"the output does not match {_shown(self.pattern)}")


def _compiled(pattern: str | re.Pattern[str], flags: int) -> re.Pattern[str]:
    text, own = (pattern.pattern, pattern.flags) if isinstance(pattern, re.Pattern) else (pattern, 0)
    if not isinstance(cast("object", text), str):
        raise ConfigurationError(f"`pattern` must be a regular expression, got {preview(text)}")
    try:
        return re.compile(text, own | flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigurationError(f"`pattern` must be a regular expression, got {preview(text)}: {error}") from error


def _shown(text: str) -> str:
    return repr(truncate(text, _MAX_SHOWN))
