"""A scorer of the steps that an agent took: its spans and tool calls."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .._format import suggestion
from .._json import as_object, preview
from ..errors import ConfigurationError
from .base import not_scored
from .builtin import BuiltInScorer
from .observed import below, duration_of, steps_of, tokens_of
from .options import number_option, text_option, texts_option
from .score import Score, ScorerContext

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Unpack

    from .observed import Steps
    from .options import ScorerOptions

__all__ = ["Trajectory"]

_Count: TypeAlias = int | Mapping[str, int]
"""A number, or `min`, `max` or both."""
_BOUNDS = ("min", "max")


class _Finding(NamedTuple):
    """The outcome of one condition; None if its input is not known."""

    holds: bool | None
    reason: str


class Trajectory(BuiltInScorer):
    """The share of conditions that the steps of the agent meet; it passes if all are met.

    Steps are the spans that were recorded while the agent ran, and its tool calls. Names may be patterns, such as
    `search_*`. A condition about something that is not known, such as tokens, does not count.

    Args:
        called: Steps that must have been taken.
        not_called: Steps that must not.
        order: Steps that must have been taken in this order, with any others between them.
        count: How often steps must have been taken: `{"search": 2}`, `{"search": {"min": 1, "max": 3}}`.
        max_duration_ms: How long the agent may have taken, in milliseconds.
        max_tokens: How many tokens its model calls may have taken, input and output.
        within: The name of a span; only spans below it count then.
        **options: See `BaseScorer`.

    Raises:
        ConfigurationError: There is no condition.
    """

    rule_type = "trajectory"
    config_options = ("called", "not_called", "order", "count", "max_duration_ms", "max_tokens", "within")

    def __init__(
        self,
        called: str | Sequence[str] = (),
        *,
        not_called: str | Sequence[str] = (),
        order: Sequence[str] = (),
        count: Mapping[str, _Count] | None = None,
        max_duration_ms: float | None = None,
        max_tokens: float | None = None,
        within: str | None = None,
        **options: Unpack[ScorerOptions],
    ) -> None:
        super().__init__(**options)
        self.called = list(texts_option("called", called))
        self.not_called = list(texts_option("not_called", not_called))
        self.order = list(texts_option("order", order))
        self.count = dict(_counts(count))
        self.max_duration_ms = _maximum("max_duration_ms", max_duration_ms)
        self.max_tokens = _maximum("max_tokens", max_tokens)
        self.within = None if within is None else text_option("within", within)
        limits = (self.max_duration_ms, self.max_tokens)
        if not (self.called or self.not_called or self.order or self.count) and limits == (None, None):
            raise ConfigurationError(
                f"one of {', '.join(f'`{one}`' for one in self.config_options[:-1])} must be given"
            )

    def evaluate(self, context: ScorerContext) -> Score:
        """Check each condition."""
        if self.within is not None:
            context = _inside(context, self.within)
        findings = [one for one in self._findings(context) if one.holds is not None]
        if not findings:
            return not_scored(self.name, "neither the duration nor the tokens are known")
        broken = [one.reason for one in findings if not one.holds]
        return Score(self.name, 1 - len(broken) / len(findings), not broken, "; ".join(broken))

    def _findings(self, context: ScorerContext) -> Iterator[_Finding]:
        steps = steps_of(context)
        for name in self.called:
            yield _Finding(_times(name, steps) > 0, f"{name} was not called")
        for name in self.not_called:
            yield _Finding(_times(name, steps) == 0, f"{name} was called")
        if self.order:
            yield _ordered(self.order, steps)
        for name, (least, most) in self.count.items():
            times = _times(name, steps)
            wanted = f"{least}" if least == most else f"{least} to {'any' if most is None else most}"
            yield _Finding(least <= times and (most is None or times <= most), f"{name}: {times} calls, not {wanted}")
        yield _at_most(self.max_duration_ms, duration_of(context), "ms")
        yield _at_most(self.max_tokens, tokens_of(context), "tokens")

    def config(self) -> dict[str, Any]:
        """Return the options of the equivalent rule, as JSON."""
        counts = {name: {"min": least, "max": most} for name, (least, most) in self.count.items()}
        return {**super().config(), "count": counts}


def _inside(context: ScorerContext, name: str) -> ScorerContext:
    return ScorerContext(output=context.output, spans=below(context.spans, name))


def _times(name: str, steps: Steps) -> int:
    return sum(fnmatchcase(step, name) for step in steps)


def _ordered(order: Sequence[str], steps: Steps) -> _Finding:
    remaining = iter(steps)
    for place, name in enumerate(order):
        if not any(fnmatchcase(step, name) for step in remaining):
            after = f" after {', '.join(order[:place])}" if place else ""
            return _Finding(False, f"{name} was not called{after}")
    return _Finding(True, "")


def _at_most(maximum: float | None, measured: float | None, unit: str) -> _Finding:
    if maximum is None or measured is None:
        return _Finding(None, "")
    return _Finding(measured <= maximum, f"{measured:g} {unit}, more than {maximum:g}")


def _maximum(option: str, value: object) -> float | None:
    return None if value is None else number_option(option, value, minimum=0)


def _counts(given: object) -> Iterator[tuple[str, tuple[int, int | None]]]:
    counts = as_object(given)
    if counts is None:
        if given is None:
            return
        raise ConfigurationError(f"`count` must be a mapping of names to numbers, got {preview(given)}")
    for name, value in counts.items():
        bounds = as_object(value)
        if bounds is None:
            exact = _whole(f"count.{name}", value)
            yield name, (exact, exact)
            continue
        unknown = next((key for key in bounds if key not in _BOUNDS), None)
        if unknown is not None or not bounds:
            found = f"got {preview(unknown)}{suggestion(unknown, _BOUNDS)}" if bounds else "got none"
            raise ConfigurationError(f"the keys of `count.{name}` must be `min` and `max`, {found}")
        most = bounds.get("max")
        yield (
            name,
            (
                _whole(f"count.{name}.min", bounds.get("min") or 0),
                None if most is None else _whole(f"count.{name}.max", most),
            ),
        )


def _whole(option: str, value: object) -> int:
    number = number_option(option, value, minimum=0)
    if number.is_integer():
        return int(number)
    raise ConfigurationError(f"`{option}` must be an integer, got {preview(value)}")
