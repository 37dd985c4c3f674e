"""The base class of all scorers: name, weight, threshold, negation, and one way from a returned value to a score."""

from __future__ import annotations

import asyncio
import copy
import inspect
from collections.abc import Mapping
from threading import Thread
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeAlias

from .._format import one_line, truncate
from .._json import as_object, preview
from .._unset import UNSET, Unset
from ..errors import ConfigurationError, ScorerError
from .options import number_option
from .score import Score, ScorerContext, context_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Coroutine
    from typing import Self

__all__ = ["NO_EXPECTED", "BaseScorer", "Returned", "failed_score", "not_scored"]

Returned: TypeAlias = Score | Mapping[str, Any] | float | bool | None
"""The values that a scorer may return; None is "not scored", a number is from 0 to 1, a mapping has `score`."""

NO_EXPECTED: Final = "there is no expected value"
_PASSING = 0.5
"""The score from which a test passes, where neither the scorer nor its user says otherwise."""
_MAX_MESSAGE = 500
_VALUES = frozenset((Score, bool, float, int, dict, type(None)))
"""Types that need no check whether they have to be awaited, which is slow."""


class BaseScorer:
    """A function that scores the output and the behavior of a test.

    Subclasses implement `evaluate()` or `score_result()`. A scorer can be shared by threads: it keeps no state between
    calls.

    Args:
        name: The name of its scores; defaults to the attribute of the class, as do `weight` and `gate`.
        weight: Its share of the composite score, >= 0.
        gate: Whether a score that does not pass fails the test.
        threshold: The score from which it passes, 0..1; defaults to the scorer's own decision.
        negated: Whether it passes where it would not, its threshold included: the score is 1 minus the score.
    """

    rule_type: ClassVar[str] = "custom"
    """The type of the rule or invariant that is equivalent."""
    is_pure: ClassVar[bool] = True
    """Whether it only computes: no waiting, no network; such scorers run where the test ended."""
    is_async: bool = False
    """Whether `evaluate()` returns an awaitable."""
    name: str = ""
    weight: float = 1.0
    gate: bool = False
    threshold: float | None = None
    negated: bool = False

    def __init__(
        self,
        name: str | None = None,
        *,
        weight: float | Unset = UNSET,
        gate: bool | Unset = UNSET,
        threshold: float | None = None,
        negated: bool = False,
    ) -> None:
        self.name = self.name if name is None else name
        if not self.name:
            raise ConfigurationError(f"`name` must be a string that is not empty, got {preview(self.name)}")
        self.weight = number_option("weight", self.weight if weight is UNSET else weight, minimum=0)
        self.gate = self.gate if gate is UNSET else gate
        self.threshold = None if threshold is None else number_option("threshold", threshold, minimum=0, maximum=1)
        self.negated = negated

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def __invert__(self) -> Self:
        """Return the negated scorer."""
        name = self.name.removeprefix("not ") if self.negated else f"not {self.name}"
        return self.with_options(negated=not self.negated, name=name)

    def __call__(self, output: object, expected: object = None, *, input: object = None, **parameters: Any) -> Score:  # noqa: A002 - the field's name
        """Score one output directly.

        >>> from ashr_labs.scorers import Contains
        >>> Contains("refund")("Your refund is on its way.").score
        1.0
        """
        return self.score(ScorerContext(output, input, expected, parameters))

    def with_options(
        self,
        *,
        name: str | Unset = UNSET,
        weight: float | Unset = UNSET,
        gate: bool | Unset = UNSET,
        threshold: float | Unset | None = UNSET,
        negated: bool | Unset = UNSET,
    ) -> Self:
        """Return a copy with other options; see the class."""
        given = {"name": name, "weight": weight, "gate": gate, "threshold": threshold, "negated": negated}
        options: dict[str, Any] = {key: getattr(self, key) if value is UNSET else value for key, value in given.items()}
        changed = copy.copy(self)
        BaseScorer.__init__(changed, **options)
        return changed

    def evaluate(self, context: ScorerContext) -> Returned | Awaitable[Returned]:
        """Return the score of a test; None if the scorer does not apply."""
        raise NotImplementedError

    def score(self, scenario: object) -> Score:
        """Score a test; without an applicable expectation, the score is None and the message says why.

        Args:
            scenario: A `ScorerContext`, a mapping of its fields, or an object with `agent_output` and `parameters`.

        Raises:
            ScorerError: The scorer returned something that is not a score, or the scenario is malformed.
            Exception: Exceptions of the scorer.
        """
        found: Any = self.score_result(scenario)
        if type(found) is Score:
            return found
        return self._finished(waited_for(found)) or not_scored(self.name, NO_EXPECTED)

    async def ascore(self, scenario: object) -> Score:
        """Do the same as `score()` in the running event loop."""
        returned = self.evaluate(context_of(scenario))
        if inspect.isawaitable(returned):
            returned = await returned
        return self._finished(returned) or not_scored(self.name, NO_EXPECTED)

    def scores(self, scenario: object) -> dict[str, Score]:
        """Return the scores of a test by name: one, or several of a function that returns a list of them."""
        return {self.name: self.score(scenario)}

    async def ascores(self, scenario: object) -> dict[str, Score]:
        """Do the same as `scores()` in the running event loop."""
        return {self.name: await self.ascore(scenario)}

    def score_result(self, scenario: object) -> Score | None:
        """Score a test; None if the scorer does not apply."""
        return self._finished(waited_for(self.evaluate(context_of(scenario))))

    def config(self) -> dict[str, Any]:
        """Return the options of the equivalent rule, as JSON."""
        return {}

    def to_rule(self) -> dict[str, Any] | None:
        """Return the scoring rule that is equivalent on a platform; None if there is none."""
        return {"name": self.name, "type": self.rule_type, "config": self.config()}

    def to_invariant(self) -> dict[str, Any] | None:
        """Return the invariant that is equivalent in a sandbox's specification; None if there is none."""
        return None

    def _finished(self, returned: object) -> Score | None:
        """Return the score for what `evaluate()` returned, with threshold and negation applied."""
        if returned is None:
            return None
        score = returned if type(returned) is Score and returned.name == self.name else _as_score(self.name, returned)
        value, passed = score.score, score.passed
        if value is None:
            return score
        if self.threshold is not None:
            passed = value >= self.threshold
        if self.negated:
            value, passed = 1.0 - value, not passed
        elif passed is score.passed:
            return score
        return Score(self.name, value, passed, score.message, score.metadata)


def not_scored(name: str, reason: str) -> Score:
    """Return the score of a scorer that does not apply or could not decide."""
    return Score(name, None, None, reason)


def failed_score(name: str, error: BaseException) -> Score:
    """Return the score of a scorer that raised: none, with the error in its metadata."""
    said = truncate(one_line(str(error)), _MAX_MESSAGE)
    return Score(name, None, None, f"{type(error).__name__}: {said}", {"error": type(error).__name__})


def waited_for(returned: Any) -> Any:
    """Return the value of an awaitable, and other values as they are."""
    return run_awaitable(returned) if type(returned) not in _VALUES and inspect.isawaitable(returned) else returned


def run_awaitable(awaitable: Awaitable[Returned]) -> Returned:
    """Wait for an awaitable from synchronous code: in an event loop of its own, in another thread if one runs here."""

    async def wait() -> Returned:
        return await awaitable

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(wait())
    return _in_thread(wait())


def _in_thread(coroutine: Coroutine[Any, Any, Returned]) -> Returned:
    results: list[Returned] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(asyncio.run(coroutine))
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=work, name="ashr-labs-scorer")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _as_score(name: str, returned: object) -> Score:
    if isinstance(returned, Score):
        return Score(name, returned.score, returned.passed, returned.message, returned.metadata)
    if isinstance(returned, bool | int | float):
        return Score(name, returned, returned >= _PASSING)
    fields = as_object(returned)
    if fields is None and hasattr(returned, "score"):  # scores of other libraries
        fields = {key: getattr(returned, key, None) for key in ("score", "passed", "message", "metadata")}
    if fields is None or "score" not in fields:
        raise ScorerError(
            f"the scorer {name!r} must return a number from 0 to 1, a boolean, a Score or None, got {preview(returned)}"
        )
    return _from_fields(name, fields)


def _from_fields(name: str, fields: Mapping[str, Any]) -> Score:
    value = fields["score"]
    metadata = dict(as_object(fields.get("metadata")) or {})
    score = Score(name, value, None, str(fields.get("message") or fields.get("reason") or ""), metadata)
    if score.score is not None:
        passed = fields.get("passed")
        score.passed = passed if isinstance(passed, bool) else score.score >= _PASSING
    return score
