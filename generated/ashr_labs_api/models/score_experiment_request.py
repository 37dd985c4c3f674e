from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.scenario_score_request import ScenarioScoreRequest
    from ..models.scorer_request import ScorerRequest


T = TypeVar("T", bound="ScoreExperimentRequest")


@_attrs_define
class ScoreExperimentRequest:
    """At least one of the lists; at most 20 scorers at once, and 50 in all scores of a run.

    Attributes:
        rule_ids (list[str] | Unset): Stored rules.
        scorers (list[ScorerRequest] | Unset): Other scorers, which the platform runs.
        scores (list[ScenarioScoreRequest] | Unset): Scores that the client has made.
    """

    rule_ids: list[str] | Unset = UNSET
    scorers: list[ScorerRequest] | Unset = UNSET
    scores: list[ScenarioScoreRequest] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        rule_ids: list[str] | Unset = UNSET
        if not isinstance(self.rule_ids, Unset):
            rule_ids = self.rule_ids

        scorers: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.scorers, Unset):
            scorers = []
            for scorers_item_data in self.scorers:
                scorers_item = scorers_item_data.to_dict()
                scorers.append(scorers_item)

        scores: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.scores, Unset):
            scores = []
            for scores_item_data in self.scores:
                scores_item = scores_item_data.to_dict()
                scores.append(scores_item)

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if rule_ids is not UNSET:
            field_dict["rule_ids"] = rule_ids
        if scorers is not UNSET:
            field_dict["scorers"] = scorers
        if scores is not UNSET:
            field_dict["scores"] = scores

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.scenario_score_request import ScenarioScoreRequest  # noqa: PLC0415
        from ..models.scorer_request import ScorerRequest  # noqa: PLC0415

        d = dict(src_dict)
        rule_ids = cast(list[str], d.pop("rule_ids", UNSET))

        _scorers = d.pop("scorers", UNSET)
        scorers: list[ScorerRequest] | Unset = UNSET
        if _scorers is not UNSET:
            scorers = []
            for scorers_item_data in _scorers:
                scorers_item = ScorerRequest.from_dict(scorers_item_data)

                scorers.append(scorers_item)

        _scores = d.pop("scores", UNSET)
        scores: list[ScenarioScoreRequest] | Unset = UNSET
        if _scores is not UNSET:
            scores = []
            for scores_item_data in _scores:
                scores_item = ScenarioScoreRequest.from_dict(scores_item_data)

                scores.append(scores_item)

        score_experiment_request = cls(
            rule_ids=rule_ids,
            scorers=scorers,
            scores=scores,
        )

        return score_experiment_request
