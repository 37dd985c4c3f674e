"""Methods for scoring rules, which score traces that come in, and for the scores of experiments."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from ..._unset import UNSET
from ...errors import PollTimeoutError
from ...experiments import RunResults, client_scores
from .._outgoing import resource
from .._retry import PollSchedule
from .._scoring import batches_of_scores, is_scored, scoring_body
from ._pages import each_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ashr_labs_types import ExperimentScore, OnlineScoringRequest, QueuedScores, ScoreRule, ScoreRuleSummary

    from ..._unset import Unset
    from ._transport import AsyncRetryTransport

__all__ = ["AsyncScoringMethods"]

_MAX_INTERVAL = 5.0
_TIMEOUT = 600.0
_PAGE = 1000


class AsyncScoringMethods:
    """Scoring rules of the tenant, and the scores of its experiments: `client.scoring`.

    Example:
        >>> online = {"sampling_rate": 0.1, "daily_budget_usd": 5}
        >>> rule = await client.scoring.create_rule(  # doctest: +SKIP
        ...     "polite", "llm_as_judge", {"criteria": "The answer is polite."}, online=online
        ... )
        >>> (await client.scoring.summary(rule["id"]))["scored"]  # doctest: +SKIP
        0
    """

    def __init__(self, transport: AsyncRetryTransport) -> None:
        self._transport = transport

    async def create_rule(
        self,
        name: str,
        type: str,  # noqa: A002 - the documented name
        config: Mapping[str, Any] | None = None,
        *,
        online: OnlineScoringRequest | None = None,
        is_active: bool = True,
    ) -> ScoreRule:
        """Store a rule.

        Args:
            name: The name of its scores.
            type: A type of scorer such as `contains`, or `llm_as_judge`, or `custom`.
            config: The options of the scorer.
            online: How it scores the traces that come in: `sampling_rate` (0..1), `filter`, `daily_budget_usd`, `mask`;
                None for a rule that does not.
            is_active: Whether it scores now.

        Raises:
            ValidationError: If the scorer has no such type or options.
        """
        body: dict[str, object] = {"name": name, "type": type, "config": dict(config or {}), "is_active": is_active}
        if online is not None:
            body["online"] = online
        rule: ScoreRule = await self._transport.request(resource("create_score_rule", body=body))
        return rule

    async def list_rules(self) -> list[ScoreRule]:
        """List the rules, oldest first."""
        rules: list[ScoreRule] = await self._transport.request(resource("list_score_rules"), list)
        return rules

    async def get_rule(self, rule_id: str) -> ScoreRule:
        """Get a rule.

        Raises:
            NotFoundError: If there is no such rule.
        """
        rule: ScoreRule = await self._transport.request(resource("get_score_rule", {"rule_id": rule_id}))
        return rule

    async def update_rule(
        self,
        rule_id: str,
        *,
        name: str | Unset = UNSET,
        config: Mapping[str, Any] | Unset = UNSET,
        online: OnlineScoringRequest | Unset | None = UNSET,
        is_active: bool | Unset = UNSET,
    ) -> ScoreRule:
        """Change the given fields of a rule; scores that are there stay.

        Args:
            rule_id: Its id.
            name: The name of its scores.
            config: The options of the scorer, as a whole.
            online: How it scores the traces that come in, as a whole; None for not at all.
            is_active: Whether it scores now.

        Raises:
            NotFoundError: If there is no such rule.
            ValidationError: If the scorer has no such options.
        """
        given: dict[str, object] = {"name": name, "config": config, "online": online, "is_active": is_active}
        body = {field: value for field, value in given.items() if value is not UNSET}
        rule: ScoreRule = await self._transport.request(resource("update_score_rule", {"rule_id": rule_id}, body=body))
        return rule

    async def delete_rule(self, rule_id: str) -> None:
        """Delete a rule; its scores stay.

        Raises:
            NotFoundError: If there is no such rule.
        """
        await self._transport.request(resource("delete_score_rule", {"rule_id": rule_id}), None)

    async def summary(self, rule_id: str, *, days: int = 7) -> ScoreRuleSummary:
        """Get the scores and costs of a rule in the last days, and how many traces it skipped, by reason.

        Args:
            rule_id: Its id.
            days: How many days, of 24 hours.

        Raises:
            NotFoundError: If there is no such rule.
        """
        outgoing = resource("get_score_rule_summary", {"rule_id": rule_id}, {"days": days})
        found: ScoreRuleSummary = await self._transport.request(outgoing)
        return found

    async def score_experiment(
        self, experiment_id: str, rule_ids: Sequence[str] | None = None, *, scorers: Sequence[object] | None = None
    ) -> QueuedScores:
        """Have the platform score the scenarios of an experiment's last run that have a verdict, and return at once.

        Earlier scores of the same rules and scorers are replaced. `wait_for_scores()` waits for the new ones.

        Args:
            experiment_id: The experiment, which must have ended.
            rule_ids: The ids of stored rules.
            scorers: Scorers of `ashr_labs.scorers`, or their text such as `contains:refund`, that run on the platform,
                with their weights and gates.

        Raises:
            ConfigurationError: If a scorer is code, or needs the sandbox; nothing is sent then.
            NotFoundError: If there is no such experiment or rule.
            ConflictError: If the experiment has not ended.
            ValidationError: If a scorer cannot run on the platform.
        """
        body = scoring_body(rule_ids, scorers)
        outgoing = resource("score_experiment", {"experiment_id": experiment_id}, body=body)
        queued: QueuedScores = await self._transport.request(outgoing)
        return queued

    async def add_scores(self, experiment_id: str, scorers: Sequence[object]) -> list[ExperimentScore]:
        """Run scorers here on the results of an experiment's last run, and store their scores on the platform.

        Args:
            experiment_id: The experiment, which must have ended.
            scorers: Scorers, and functions that read the `agent_output` and `parameters` of a scenario.

        Returns:
            All scores of the run.

        Raises:
            ConfigurationError: If a scorer needs the sandbox, or cannot score.
            NotFoundError: If there is no such experiment.
            ConflictError: If the experiment has not ended.
        """
        client_scores(RunResults(), scorers)  # before anything is fetched
        answer = await self._transport.request(resource("get_experiment", {"experiment_id": experiment_id}))
        for batch in batches_of_scores(client_scores(RunResults.from_dict(answer), scorers)):
            outgoing = resource("score_experiment", {"experiment_id": experiment_id}, body={"scores": batch})
            await self._transport.request(outgoing)
        return await self.get_scores(experiment_id)

    async def get_scores(self, experiment_id: str) -> list[ExperimentScore]:
        """Fetch the scores of an experiment's last run, oldest first; those still to be made are `queued`."""
        pages = each_page(self._transport, "list_scores", {"experiment_id": experiment_id, "limit": _PAGE})
        return [score async for page in pages for score in page]

    async def wait_for_scores(
        self, experiment_id: str, timeout: float = _TIMEOUT, poll_interval: float | None = None
    ) -> list[ExperimentScore]:
        """Wait until no score of an experiment's last run is queued, and return all of them.

        Args:
            experiment_id: The experiment.
            timeout: Maximum seconds to wait.
            poll_interval: Seconds between polls; by default 50 ms at first, growing to 5 s.

        Raises:
            PollTimeoutError: If some are still queued then.
        """
        schedule, clock = PollSchedule(timeout, poll_interval, _MAX_INTERVAL), self._transport.clock
        start = clock.now()
        for attempt in count():
            if is_scored(scores := await self.get_scores(experiment_id)):
                return scores
            delay = schedule.delay_after(attempt, clock.now() - start, clock.jitter())
            if delay is None:
                break
            await clock.sleep(delay)
        raise PollTimeoutError(
            f"experiment {experiment_id} has scores that are queued after {timeout:g} s; ask for them later"
        )
