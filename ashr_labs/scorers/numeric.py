"""A scorer of numbers, and the numbers that texts contain."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

from .._json import preview
from ..errors import ConfigurationError
from .base import not_scored
from .builtin import ExpectedScorer
from .options import number_option
from .score import Score, text_of

if TYPE_CHECKING:
    from typing import Unpack

    from .options import ScorerOptions
    from .score import ScorerContext

__all__ = ["NumericDiff", "number_in", "number_of"]

_NUMBERS = (int, float, Decimal, Real)
_NEAR_ZERO = 1e-9
"""In place of the expected number as the divisor, if it is 0."""

_SEPARATOR = "[\u00a0\u202f\u2009'’_]"
"""A separator of thousands besides comma and point: no-break and thin spaces, apostrophes, an underscore."""
_NUMBER = re.compile(
    rf"""
    (?P<sign>(?<!\w)[-+−–])?
    (?:
        (?P<english>[1-9]\d{{0,2}}(?:,\d\d)*(?:,\d{{3}})+(?!\d)(?:\.\d+)?)  # 1,234,567.89 and 12,34,567
      | (?P<european>[1-9]\d{{0,2}}(?:\.\d{{3}})+,\d+)                      # 1.234.567,89
      | (?P<spaced>[1-9]\d{{0,2}}(?:{_SEPARATOR}\d{{3}})+(?!\d)(?:[.,]\d+)?)
      | (?P<comma>(?:0|\d+(?!,\d{{3}}(?!\d))),\d+(?![.,]?\d))               # 12,50
      | (?P<plain>\d+(?:\.\d+)?|\.\d+)
    )
    (?:[eE](?P<exponent>[-+−]?\d{{1,6}})(?!\w)|\s?[×x*·]\s?10\^\{{?(?P<power>[-+−]?\d{{1,6}}))?
    """,
    re.VERBOSE,
)


class NumericDiff(ExpectedScorer):
    """1 minus the relative difference of the first number in the output from the expected number.

    Args:
        expected: The expected number.
        expected_key: Its key in the parameters; see `ExpectedScorer`.
        tolerance: The relative difference up to which it passes.
        **options: See `BaseScorer`.
    """

    rule_type = "numeric_diff"
    config_options = ("expected", "expected_key", "tolerance")

    def __init__(
        self,
        *,
        expected: float | None = None,
        expected_key: str | None = None,
        tolerance: float = 0.01,
        **options: Unpack[ScorerOptions],
    ) -> None:
        super().__init__(expected, expected_key, **options)
        self.tolerance = number_option("tolerance", tolerance, minimum=0)
        if expected is not None and number_of(expected) is None:
            raise ConfigurationError(f"`expected` must be a number, got {preview(expected)}")

    def evaluate(self, context: ScorerContext) -> Score | None:
        """Compare the first number with the expected one."""
        given: Any = self.expected_of(context)
        if given is None:
            return None
        expected, actual = number_of(given), number_of(context.output)
        if expected is None:
            return not_scored(self.name, f"the expected value is not a number: {preview(given)}")
        if actual is None:
            return self.decided(False, "the output has no numeric value")
        difference = abs(actual - expected) / (abs(expected) or _NEAR_ZERO)
        score = max(0.0, 1.0 - difference)
        if difference <= self.tolerance:
            return Score(self.name, score)
        message = f"got {actual:g}, expected {expected:g}: relative difference {difference:.3g}"
        return Score(self.name, score, False, message)


def number_of(value: object) -> float | None:
    """Return a number, or the first one in the text of another value; None if there is none."""
    if isinstance(value, _NUMBERS) and not isinstance(value, bool):
        try:
            number = float(value)
        except (OverflowError, ValueError):
            return None
        return number if math.isfinite(number) else None
    return number_in(text_of(value))


def number_in(text: str) -> float | None:
    """Return the first number in text, with separators of thousands, exponents and minus signs; None without one.

    `1,234.5`, `1.234,5`, `1 234,5` with a no-break space and `1'234.5` are the same; a comma that separates no
    thousands is a decimal one: `12,50`.

    >>> number_in("It costs $1,234.50 in total.")
    1234.5
    """
    found = _NUMBER.search(text)
    if found is None:
        return None
    exponent = (found["exponent"] or found["power"] or "0").replace("−", "-")
    number = float(f"{_plain(found)}e{exponent}")
    if not math.isfinite(number):
        return None
    return -number if found["sign"] not in (None, "+") else number


def _plain(found: re.Match[str]) -> str:
    """Return the digits with a decimal point."""
    if written := found["spaced"]:
        return re.sub(_SEPARATOR, "", written).replace(",", ".")
    if written := found["european"] or found["comma"]:
        return str(written).replace(".", "").replace(",", ".")
    return str(found["english"] or found["plain"]).replace(",", "")
