"""Several judges with a vote."""

from __future__ import annotations

import asyncio
from functools import partial
from statistics import fmean, median
from typing import TYPE_CHECKING, Any, Final

from .._format import counted
from .._interrupts import ends_run
from .._json import as_object, is_object
from .._threads import map_threads
from ..errors import ConfigurationError
from .base import BaseScorer, failed_score
from .builtin import BuiltInScorer
from .custom import as_scorer
from .judging import total_record
from .options import choice_option
from .registry import scorer_from_config
from .score import Score
from .verdicts import not_judged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Unpack

    from .options import ScorerOptions
    from .score import ScorerContext

__all__ = ["JudgePanel"]

_VOTES: Final = ("majority", "unanimous", "mean", "median")
_PASSING = 0.5


class JudgePanel(BuiltInScorer):
    """The vote of several judges, such as the same one with different models.

    The score is the mean of the scores, or their median. Judges that did not judge have no vote.

    Args:
        judges: Scorers, functions, or checks such as `{"type": "factuality", "model": "..."}`; asked in parallel.
        vote: How it passes: "majority" if more than half of the votes pass, "unanimous" if all do, "mean" and
            "median" if that score is >= 0.5.
        min_votes: How many votes it takes; with fewer, the test is not judged. The default is more than half of the
            judges.
        **options: See `BaseScorer`.

    Raises:
        ConfigurationError: There are no judges, or an option is invalid.
    """

    rule_type = "judge_panel"
    is_pure = False

    def __init__(
        self,
        judges: Sequence[object],
        *,
        vote: str = "majority",
        min_votes: int | None = None,
        **options: Unpack[ScorerOptions],
    ) -> None:
        super().__init__(**options)
        self.judges = [_as_judge(judge) for judge in judges]
        self.vote = choice_option("vote", vote, _VOTES)
        self.min_votes = len(self.judges) // 2 + 1 if min_votes is None else min_votes
        if not 1 <= self.min_votes <= len(self.judges):
            raise ConfigurationError(
                f"`min_votes` must be from 1 to the number of judges, got {self.min_votes} of {len(self.judges)}"
            )

    def evaluate(self, context: ScorerContext) -> Score:
        """Ask the judges, and count their votes."""
        ask = partial(_score, context)
        found = map_threads(ask, self.judges, max_threads=len(self.judges))
        scores = [one for one in found if isinstance(one, Score)]
        for interrupt in (one for one in found if isinstance(one, BaseException)):
            raise interrupt
        votes = [score for score in scores if score.score is not None]
        metadata = {"votes": [_vote(score) for score in scores], **_spent(scores)}
        if len(votes) < self.min_votes:
            reasons = dict.fromkeys(score.message for score in scores if score.score is None)
            reason = f"{counted(len(votes), 'vote')} of {self.min_votes}: {'; '.join(reasons)}"
            return not_judged(self.name, reason, metadata)
        values = [score.score for score in votes if score.score is not None]
        value = median(values) if self.vote == "median" else fmean(values)
        message = f"{sum(bool(score.passed) for score in votes)} of {counted(len(votes), 'vote')} passed"
        return Score(self.name, value, self._passes(value, votes), message, metadata)

    async def ascore(self, scenario: object) -> Score:
        """Do the same as `score()` in a thread, without blocking the running event loop."""
        return await asyncio.to_thread(self.score, scenario)

    def to_rule(self) -> None:
        """Return None: a platform has no equivalent rule."""

    def _passes(self, value: float, votes: Sequence[Score]) -> bool:
        passed = sum(bool(score.passed) for score in votes)
        if self.vote == "majority":
            return passed * 2 > len(votes)
        return passed == len(votes) if self.vote == "unanimous" else value >= _PASSING


def _as_judge(given: object) -> BaseScorer:
    return scorer_from_config(given, "the judge") if is_object(given) else as_scorer(given)


def _score(context: ScorerContext, judge: BaseScorer) -> Score | BaseException:
    """Return the score; or an interrupt by the user, which would be lost in a thread."""
    try:
        return judge.score(context)
    except BaseException as error:  # code of the user
        return error if ends_run(error) else failed_score(judge.name, error)


def _vote(score: Score) -> dict[str, Any]:
    return {"judge": score.name, "score": score.score, "passed": score.passed, "reason": score.message}


def _spent(scores: Sequence[Score]) -> dict[str, Any]:
    records = [record for score in scores if (record := as_object(score.metadata.get("judge"))) is not None]
    return total_record(records)
