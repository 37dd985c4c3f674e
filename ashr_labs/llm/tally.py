"""Counts of calls, tokens and costs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .completion import Completion

__all__ = ["Spending", "Tally"]


@dataclass(frozen=True, slots=True)
class Spending:
    """Counts of calls, tokens and costs; subtract two values to get the usage in between."""

    calls: int = 0
    """Calls that were answered, without those from the cache."""
    cached: int = 0
    """Calls that the cache answered."""
    failed: int = 0
    """Calls without a usable reply."""
    retries: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    """The cost of the calls whose cost is known."""
    unpriced_calls: int = 0
    """Answered calls whose cost is unknown."""

    def __add__(self, other: Spending) -> Spending:
        return self._combined(other, 1)

    def __sub__(self, other: Spending) -> Spending:
        return self._combined(other, -1)

    def _combined(self, other: Spending, sign: int) -> Spending:
        more = asdict(other)
        return Spending(**{name: value + sign * more[name] for name, value in asdict(self).items()})


class Tally:
    """The spending of a client; threads may share it."""

    def __init__(self) -> None:
        self._spent = Spending()
        self._lock = Lock()

    @property
    def spent(self) -> Spending:
        """The total so far."""
        return self._spent

    def count(self, completion: Completion) -> None:
        """Count an answered call."""
        if completion.is_cached:
            self.add(Spending(cached=1))
            return
        tokens = completion.usage
        self.add(
            Spending(
                calls=1,
                input_tokens=int(tokens.get("input_tokens", 0)),
                output_tokens=int(tokens.get("output_tokens", 0)),
                cost_usd=completion.cost_usd or 0.0,
                unpriced_calls=int(completion.cost_usd is None),
            )
        )

    def add(self, spending: Spending) -> None:
        """Add the usage of a call."""
        with self._lock:
            self._spent += spending
