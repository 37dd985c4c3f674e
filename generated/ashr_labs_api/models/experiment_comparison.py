from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.metric_comparison import MetricComparison
    from ..models.paired_verdict import PairedVerdict


T = TypeVar("T", bound="ExperimentComparison")


@_attrs_define
class ExperimentComparison:
    """The metrics of two experiments, and whether the difference of their pass rates is more than chance.

    Attributes:
        baseline_id (str):
        candidate_id (str):
        metrics (list[MetricComparison]):
        regressed (bool):
        regressions (list[str]):
        paired (PairedVerdict | Unset): The pass rates of the parameters that both experiments have a verdict for.
    """

    baseline_id: str
    candidate_id: str
    metrics: list[MetricComparison]
    regressed: bool
    regressions: list[str]
    paired: PairedVerdict | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        baseline_id = self.baseline_id

        candidate_id = self.candidate_id

        metrics = []
        for metrics_item_data in self.metrics:
            metrics_item = metrics_item_data.to_dict()
            metrics.append(metrics_item)

        regressed = self.regressed

        regressions = self.regressions

        paired: dict[str, Any] | Unset = UNSET
        if not isinstance(self.paired, Unset):
            paired = self.paired.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "baseline_id": baseline_id,
                "candidate_id": candidate_id,
                "metrics": metrics,
                "regressed": regressed,
                "regressions": regressions,
            }
        )
        if paired is not UNSET:
            field_dict["paired"] = paired

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.metric_comparison import MetricComparison  # noqa: PLC0415
        from ..models.paired_verdict import PairedVerdict  # noqa: PLC0415

        d = dict(src_dict)
        baseline_id = d.pop("baseline_id")

        candidate_id = d.pop("candidate_id")

        metrics = []
        _metrics = d.pop("metrics")
        for metrics_item_data in _metrics:
            metrics_item = MetricComparison.from_dict(metrics_item_data)

            metrics.append(metrics_item)

        regressed = d.pop("regressed")

        regressions = cast(list[str], d.pop("regressions"))

        _paired = d.pop("paired", UNSET)
        paired: PairedVerdict | Unset
        if isinstance(_paired, Unset):
            paired = UNSET
        else:
            paired = PairedVerdict.from_dict(_paired)

        experiment_comparison = cls(
            baseline_id=baseline_id,
            candidate_id=candidate_id,
            metrics=metrics,
            regressed=regressed,
            regressions=regressions,
            paired=paired,
        )

        experiment_comparison.additional_properties = d
        return experiment_comparison

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
