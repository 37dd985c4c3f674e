"""The base classes of the scorers of this package: default names, options as JSON, and the expected value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from .base import BaseScorer
from .options import text_option
from .score import Score, text_of

if TYPE_CHECKING:
    from typing import Unpack

    from .options import ScorerOptions
    from .score import ScorerContext

__all__ = ["BuiltInScorer", "ExpectedScorer"]


class BuiltInScorer(BaseScorer):
    """A scorer that has a name by default.

    Args:
        default_name: The name, unless the options have one; defaults to the type.
        **options: See `BaseScorer`.
    """

    config_options: ClassVar[tuple[str, ...]] = ()
    """The attributes that `config()` returns."""

    def __init__(self, default_name: str = "", **options: Unpack[ScorerOptions]) -> None:
        given: dict[str, Any] = dict(options)
        super().__init__(given.pop("name", default_name or self.rule_type), **given)

    def config(self) -> dict[str, Any]:
        """Return the options of the equivalent rule, as JSON."""
        return {option: getattr(self, option) for option in self.config_options}

    def to_rule(self) -> dict[str, Any] | None:
        """Return the scoring rule that is equivalent on a platform; None if it is negated, which rules cannot be."""
        return None if self.negated else super().to_rule()

    def decided(self, passed: bool, message: str = "") -> Score:
        """Return 1 if it passed, else 0."""
        return Score(self.name, 1.0 if passed else 0.0, passed, message)

    def graded(self, value: float, message: str = "") -> Score:
        """Return a value from 0 to 1, which passes from the threshold; without one, only 1 passes."""
        return Score(self.name, value, value >= (1.0 if self.threshold is None else self.threshold), message)


class ExpectedScorer(BuiltInScorer):
    """A scorer that compares the output with an expected value, and does not apply without one.

    Args:
        expected: The expected value.
        expected_key: The key of the expected value in the parameters of the row or scenario; without both, the
            expected output of the row or scenario is taken.
        **options: See `BaseScorer`.
    """

    def __init__(self, expected: Any, expected_key: str | None, **options: Unpack[ScorerOptions]) -> None:
        super().__init__(**options)
        self.expected = expected
        self.expected_key = None if expected_key is None else text_option("expected_key", expected_key)

    def expected_of(self, context: ScorerContext) -> Any:
        """Return the expected value of a test; None if it has none."""
        if self.expected is not None:
            return self.expected
        if self.expected_key is not None:
            return context.parameters.get(self.expected_key)
        return context.expected

    def expected_text_of(self, context: ScorerContext) -> str | None:
        """Return the expected value as text, as `ScorerContext.agent_output` is the output; None without one."""
        expected = self.expected_of(context)
        return None if expected is None else text_of(expected)
