"""Scorers from functions, and from the scorers of other libraries."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast, overload

from .._json import as_list, as_object, preview
from ..errors import ConfigurationError, ScorerError
from .base import NO_EXPECTED, BaseScorer, Returned, failed_score, not_scored, waited_for
from .score import Score, ScorerContext, context_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

__all__ = ["CustomScorer", "Scorer", "as_scorer", "as_scorers", "scorer"]

_BY_NAME = frozenset(ScorerContext.__dataclass_fields__) | {"metadata", "agent_output"}
"""Parameters that a function gets by keyword; a function with another first parameter gets the whole context."""


class CustomScorer(BaseScorer):
    """A scorer that calls a function.

    The function takes the `ScorerContext`, or any of its fields by name (`output`, `expected`, `input`, `calls`, ...);
    it returns a number from 0 to 1, a boolean, a `Score`, a mapping with `score`, None for "not scored", or a list of
    scores and mappings, each with a `name`: `scores()` returns all of them, as do runs.
    """

    is_pure = False

    def __init__(
        self,
        fn: Callable[..., Returned | Awaitable[Returned]],
        name: str,
        weight: float = 1.0,
        gate: bool = False,
        *,
        threshold: float | None = None,
        negated: bool = False,
    ) -> None:
        super().__init__(name, weight=weight, gate=gate, threshold=threshold, negated=negated)
        self.fn = fn
        self.is_async = inspect.iscoroutinefunction(fn) or inspect.iscoroutinefunction(getattr(fn, "__call__", None))  # noqa: B004 - its kind, not whether it exists
        self._names = _parameters_by_name(fn)

    def evaluate(self, context: ScorerContext) -> Returned | Awaitable[Returned]:
        """Call the function."""
        if self._names is None:
            return self.fn(context)
        return self.fn(**{name: _field(context, name) for name in self._names})

    def scores(self, scenario: object) -> dict[str, Score]:
        """Return the scores of a test by name; see `BaseScorer.scores()`."""
        return self._all(waited_for(self.evaluate(context_of(scenario))))

    async def ascores(self, scenario: object) -> dict[str, Score]:
        """Do the same in the running event loop."""
        returned: Any = self.evaluate(context_of(scenario))
        return self._all(await returned if inspect.isawaitable(returned) else returned)

    def _all(self, returned: object) -> dict[str, Score]:
        items = as_list(returned)
        if items is None:
            return {self.name: self._finished(returned) or not_scored(self.name, NO_EXPECTED)}
        if not items:
            return {self.name: not_scored(self.name, "the scorer returned no scores")}
        parts = [self._part(item) for item in items]
        found = {part.name: part for part in parts}
        if len(found) < len(parts):
            names = [part.name for part in parts]
            raise ScorerError(
                f"the scores in the list of {self.name!r} must have different names, got {preview(names)}"
            )
        return found

    def _part(self, item: object) -> Score:
        """Return one score of a list, with the name of the scorer in its metadata."""
        name = (as_object(item) or {}).get("name") or getattr(item, "name", None)
        if not isinstance(name, str) or not name:
            raise ScorerError(f"each score that {self.name!r} returns in a list must have a name, got {preview(item)}")
        try:
            score = self.with_options(name=name)._finished(item) or not_scored(name, NO_EXPECTED)
        except ScorerError as error:
            score = failed_score(name, error)
        return replace(score, metadata={**score.metadata, "scorer": self.name})

    def to_rule(self) -> dict[str, Any] | None:
        """Return None: a function cannot run on a platform."""
        return None


@overload
def Scorer(
    fn: Callable[..., Any],
    /,
    *,
    name: str | None = None,
    weight: float = 1.0,
    gate: bool = False,
    threshold: float | None = None,
) -> CustomScorer: ...
@overload
def Scorer(
    fn: None = None,
    /,
    *,
    name: str | None = None,
    weight: float = 1.0,
    gate: bool = False,
    threshold: float | None = None,
) -> Callable[[Callable[..., Any]], CustomScorer]: ...
def Scorer(  # noqa: N802
    fn: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    weight: float = 1.0,
    gate: bool = False,
    threshold: float | None = None,
) -> CustomScorer | Callable[[Callable[..., Any]], CustomScorer]:
    """Make a function a scorer; see `CustomScorer`.

    Args:
        fn: The function, synchronous or asynchronous.
        name: The name of its scores; defaults to the name of the function.
        weight: Its share of the composite score.
        gate: Whether a score that does not pass fails the test.
        threshold: The score from which it passes; defaults to 0.5.

    Example:
        >>> @Scorer
        ... def mentions_price(output):
        ...     return "EUR" in output
        >>> mentions_price("It costs 90 EUR.").passed
        True
    """

    def decorate(function: Callable[..., Any]) -> CustomScorer:
        return CustomScorer(function, name or _name_of(function), weight, gate, threshold=threshold)

    return decorate if fn is None else decorate(fn)


scorer = Scorer
"""The same as `Scorer`."""


def as_scorers(given: Iterable[object]) -> list[BaseScorer]:
    """Return scorers for scorers and functions.

    Raises:
        ConfigurationError: One of them cannot score, or two have the same name.
    """
    scorers = [as_scorer(one) for one in given]
    names = [one.name for one in scorers]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigurationError(
            f"scorers must have different names, got {twice!r} twice; name one with `with_options(name=...)`"
        )
    return scorers


def as_scorer(given: object) -> BaseScorer:
    """Return a scorer for a scorer of any library, or for a function.

    Understood are objects with `score_result(scenario)`, functions, and scorers that are called with
    `input`, `output` and `expected` by keyword, as those of autoevals.

    Raises:
        ConfigurationError: It cannot score.
    """
    if isinstance(given, BaseScorer):
        return given
    if isinstance(given, type):
        raise ConfigurationError(
            f"a scorer must be an instance, got the class {given.__name__}; call it: {given.__name__}()"
        )
    name = _name_of(given)
    foreign = getattr(given, "score_result", None)
    if callable(foreign):
        weight, gate = getattr(given, "weight", 1.0), bool(getattr(given, "gate", False))
        return CustomScorer(cast("Callable[..., Any]", foreign), name, weight, gate)
    if callable(getattr(given, "eval", None)) and callable(given):
        return CustomScorer(_call_with_keywords(given), name)
    if not callable(given):
        raise ConfigurationError(f"a scorer must be a scorer or a function, got {preview(given)}")
    return CustomScorer(cast("Callable[..., Any]", given), name)


def _call_with_keywords(given: Callable[..., Any]) -> Callable[[ScorerContext], Any]:
    def call(context: ScorerContext) -> Any:
        extra: Mapping[str, Any] = context.parameters
        return given(**{**extra, "input": context.input, "output": context.output, "expected": context.expected})

    return call


def _parameters_by_name(function: Callable[..., Any]) -> tuple[str, ...] | None:
    """Return the parameters to pass by keyword; None if the function takes the context."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # functions in C
        return None
    if not parameters:
        raise ConfigurationError(f"{_name_of(function)} must take the context or fields of it, such as `output`")
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return ("input", "output", "expected")
    required = [one for one in parameters if one.default is one.empty and one.kind is not one.VAR_POSITIONAL]
    by_name = [one.name for one in parameters if one.name in _BY_NAME and one.kind is not one.POSITIONAL_ONLY]
    if all(one.name in by_name for one in required) and by_name:
        return tuple(by_name)
    if len(required) <= 1:
        return None
    missing = next(one.name for one in required if one.name not in by_name)
    raise ConfigurationError(
        f"parameter {missing!r} of the scorer {_name_of(function)} must be a field of ScorerContext;"
        f" use one parameter to get the whole context"
    )


def _field(context: ScorerContext, name: str) -> Any:
    return context.parameters if name == "metadata" else getattr(context, name)


def _name_of(given: object) -> str:
    own = getattr(given, "name", None) or getattr(given, "__name__", None)
    if isinstance(own, str) and own:
        return own
    named = getattr(given, "_name", None)
    found = named() if callable(named) else None
    return found if isinstance(found, str) and found else type(given).__name__
