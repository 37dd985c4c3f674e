"""The judge of invariants: a language model that sees what an agent left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .._format import suggestion
from ..errors import ConfigurationError
from ..grading.judge import NotJudgedError
from ..invariants import JudgedScore
from .judging import JudgeScorer
from .registry import TYPES, scorer_from_config
from .score import ScorerContext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..invariants import InvariantJudge

__all__ = ["state_judge"]

_OWN: Final = frozenset(("type", "input_from", "pass_threshold"))
"""Keys of a check that are not options of a judge."""
_CRITERIA: Final = "rubric"


def state_judge(
    client: object = None, *, task: str = "", parameters: Mapping[str, Any] | None = None
) -> InvariantJudge:
    """Return the judge of `llm_as_judge` checks, for `ashr_labs.invariants.evaluate()`.

    Args:
        client: The language model: anything that `ashr_labs.llm.as_llm_client()` takes. By default that of
            `ashr_labs.llm.set_default_llm_client()`, or of the environment.
        task: The task of the agent, which the model sees as the question.
        parameters: Values for judges that need more, such as `expected` for `template_key: factuality`.

    Examples:
        >>> judge = state_judge(lambda messages, **options: '{"reason": "It is polite.", "score": 5}')
        >>> judge({"type": "llm_as_judge", "criteria": "It is polite."}, "Thank you!").score
        1.0
    """

    def judge(check: Mapping[str, Any], text: str) -> JudgedScore:
        scorer = _scorer(check)
        if client is not None:
            scorer = scorer.with_client(client)
        context = ScorerContext(text, task or None, parameters=parameters)
        found = scorer.score(context)
        if found.score is None:
            raise NotJudgedError(found.message.removeprefix("not judged: "))
        return JudgedScore(found.score, found.message)

    return judge


def _scorer(check: Mapping[str, Any]) -> JudgeScorer:
    """Return the scorer of a check.

    Raises:
        NotJudgedError: The check names no judge.
    """
    options = {key: value for key, value in check.items() if key not in _OWN}
    kind = options.pop("template_key", _CRITERIA)
    if kind == _CRITERIA:
        options.setdefault("steps", [])  # no second request for the steps
        options.setdefault("criteria", check.get("prompt_template", ""))
    if kind not in TYPES:
        raise NotJudgedError(f"`template_key` must be the name of a judge, got {kind!r}{suggestion(kind, TYPES)}")
    try:
        scorer = scorer_from_config({"type": kind, **options}, "check")
    except ConfigurationError as error:
        raise NotJudgedError(error.message) from error
    if not isinstance(scorer, JudgeScorer):
        raise NotJudgedError(f"`template_key` must be the name of a judge, got {kind!r}")
    return scorer
