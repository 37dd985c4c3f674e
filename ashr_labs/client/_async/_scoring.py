"""Methods for scoring rules, which score traces that come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._unset import UNSET
from .._outgoing import resource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ashr_labs_types import OnlineScoringRequest, ScoreRule, ScoreRuleSummary

    from ..._unset import Unset
    from ._transport import AsyncRetryTransport

__all__ = ["AsyncScoringMethods"]


class AsyncScoringMethods:
    """Scoring rules of the tenant: `client.scoring`.

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
