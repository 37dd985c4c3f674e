from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.skipped_traces import SkippedTraces


T = TypeVar("T", bound="ScoreRuleSummary")


@_attrs_define
class ScoreRuleSummary:
    """The outcomes of a rule for the traces that it was for.

    Attributes:
        rule_id (str):
        name (str):
        scored (int):
        mean (float | None): Of the scores, 0..1.
        pass_rate (float | None): 0..1.
        cost_usd (float): What is known of the costs of its judge.
        skipped (SkippedTraces): How many traces have no score, by reason: `not_sampled`, `over_budget`, `cost_unknown`,
            `not_judged`, `not_applicable`, `failed`.
    """

    rule_id: str
    name: str
    scored: int
    mean: float | None
    pass_rate: float | None
    cost_usd: float
    skipped: SkippedTraces
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rule_id = self.rule_id

        name = self.name

        scored = self.scored

        mean: float | None
        mean = self.mean

        pass_rate: float | None
        pass_rate = self.pass_rate

        cost_usd = self.cost_usd

        skipped = self.skipped.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rule_id": rule_id,
                "name": name,
                "scored": scored,
                "mean": mean,
                "pass_rate": pass_rate,
                "cost_usd": cost_usd,
                "skipped": skipped,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.skipped_traces import SkippedTraces  # noqa: PLC0415

        d = dict(src_dict)
        rule_id = d.pop("rule_id")

        name = d.pop("name")

        scored = d.pop("scored")

        def _parse_mean(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        mean = _parse_mean(d.pop("mean"))

        def _parse_pass_rate(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        pass_rate = _parse_pass_rate(d.pop("pass_rate"))

        cost_usd = d.pop("cost_usd")

        skipped = SkippedTraces.from_dict(d.pop("skipped"))

        score_rule_summary = cls(
            rule_id=rule_id,
            name=name,
            scored=scored,
            mean=mean,
            pass_rate=pass_rate,
            cost_usd=cost_usd,
            skipped=skipped,
        )

        score_rule_summary.additional_properties = d
        return score_rule_summary

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
