"""Scorers of latency and cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .base import not_scored
from .builtin import BuiltInScorer
from .observed import cost_of, duration_of
from .options import number_option
from .score import Score

if TYPE_CHECKING:
    from typing import Unpack

    from .options import ScorerOptions
    from .score import ScorerContext

__all__ = ["Cost", "Latency"]


class _Limit(BuiltInScorer):
    """A scorer that passes up to a maximum; above it, the score is maximum / measured."""

    _unit = ""
    _quantity = ""

    def evaluate(self, context: ScorerContext) -> Score:
        """Compare the measured value with the maximum."""
        measured, maximum = self._measured(context), self._maximum()
        if measured is None:
            return not_scored(self.name, f"the {self._quantity} is not known")
        score = 1.0 if measured <= maximum else maximum / measured
        return Score(self.name, score, score == 1.0, f"{measured:g} {self._unit}, at most {maximum:g}")

    def _measured(self, context: ScorerContext) -> float | None:
        raise NotImplementedError

    def _maximum(self) -> float:
        raise NotImplementedError


class Latency(_Limit):
    """The agent answers in time; above the maximum, the score is the maximum by the duration.

    Args:
        max_ms: The maximum in milliseconds.
        **options: See `BaseScorer`.
    """

    rule_type = "latency"
    config_options = ("max_ms",)
    _unit, _quantity = "ms", "duration"

    def __init__(self, max_ms: float, **options: Unpack[ScorerOptions]) -> None:
        super().__init__(**options)
        self.max_ms = number_option("max_ms", max_ms, minimum=0)

    def _measured(self, context: ScorerContext) -> float | None:
        return duration_of(context)

    def _maximum(self) -> float:
        return self.max_ms


class Cost(_Limit):
    """The models that the agent calls cost at most that much; above, the score is the maximum by the cost.

    Args:
        max_usd: The maximum in US dollars.
        **options: See `BaseScorer`.
    """

    rule_type = "cost"
    config_options = ("max_usd",)
    _unit, _quantity = "USD", "cost"

    def __init__(self, max_usd: float, **options: Unpack[ScorerOptions]) -> None:
        super().__init__(**options)
        self.max_usd = number_option("max_usd", max_usd, minimum=0)

    def _measured(self, context: ScorerContext) -> float | None:
        return cost_of(context)

    def _maximum(self) -> float:
        return self.max_usd
