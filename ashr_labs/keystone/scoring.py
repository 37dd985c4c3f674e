"""The service `Keystone.scoring`: scoring rules, and the scores of experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..client._outgoing import resource
from ._info import RuleInfo
from .errors import as_keystone_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ._connection import Connection

__all__ = ["ScoringService"]


class ScoringService:
    """Scoring rules and scores of the owner of the key: `ks.scoring`; each error of a request is a `KeystoneError`."""

    def __init__(self, http: Connection) -> None:
        self._http = http

    @as_keystone_error
    def create_rule(self, name: str, type: str, config: Mapping[str, Any]) -> RuleInfo:  # noqa: A002 - the documented name
        """Create a rule.

        Args:
            name: The name of its scores.
            type: `llm_as_judge`, `regex`, `contains`, another type of scorer, or `custom`.
            config: The options of the scorer.
        """
        body = {"name": name, "type": type, "config": dict(config)}
        return RuleInfo(self._http.transport.request(resource("create_score_rule", body=body)))

    @as_keystone_error
    def list_rules(self) -> list[RuleInfo]:
        """Return the rules, oldest first."""
        return [RuleInfo(one) for one in self._http.get(resource("list_score_rules").target) or ()]

    @as_keystone_error
    def delete_rule(self, rule_id: str) -> None:
        """Delete a rule; its scores stay."""
        self._http.transport.request(resource("delete_score_rule", {"rule_id": rule_id}), None)

    @as_keystone_error
    def score_experiment(self, experiment_id: str, rule_ids: Sequence[str]) -> dict[str, Any]:
        """Have the platform score the scenarios of an experiment by rules, and return at once.

        Returns:
            `{"status": "queued"}`, with the number of scores that will be made.
        """
        body: dict[str, object] = {"rule_ids": list(rule_ids)}
        outgoing = resource("score_experiment", {"experiment_id": experiment_id}, body=body)
        answer: dict[str, Any] = self._http.transport.request(outgoing)
        return answer

    @as_keystone_error
    def get_scores(self, experiment_id: str) -> list[dict[str, Any]]:
        """Return the scores of an experiment; those that are still to be made have the status `queued`."""
        path = resource("list_experiment_scores", {"experiment_id": experiment_id}).target
        return list(self._http.get(path) or ())
