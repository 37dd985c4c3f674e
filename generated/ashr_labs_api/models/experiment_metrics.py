from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.cost_data_point import CostDataPoint
    from ..models.experiment_summary import ExperimentSummary
    from ..models.pass_rate_data_point import PassRateDataPoint
    from ..models.tool_metrics import ToolMetrics


T = TypeVar("T", bound="ExperimentMetrics")


@_attrs_define
class ExperimentMetrics:
    """
    Attributes:
        experiment_id (str):
        summary (ExperimentSummary): Totals of the last run; `run` in these names stands for a scenario.
        tool_breakdown (ToolMetrics): Tools by name.
        cost_trend (list[CostDataPoint]):
        pass_rate_trend (list[PassRateDataPoint]):
    """

    experiment_id: str
    summary: ExperimentSummary
    tool_breakdown: ToolMetrics
    cost_trend: list[CostDataPoint]
    pass_rate_trend: list[PassRateDataPoint]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        experiment_id = self.experiment_id

        summary = self.summary.to_dict()

        tool_breakdown = self.tool_breakdown.to_dict()

        cost_trend = []
        for cost_trend_item_data in self.cost_trend:
            cost_trend_item = cost_trend_item_data.to_dict()
            cost_trend.append(cost_trend_item)

        pass_rate_trend = []
        for pass_rate_trend_item_data in self.pass_rate_trend:
            pass_rate_trend_item = pass_rate_trend_item_data.to_dict()
            pass_rate_trend.append(pass_rate_trend_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "experiment_id": experiment_id,
                "summary": summary,
                "tool_breakdown": tool_breakdown,
                "cost_trend": cost_trend,
                "pass_rate_trend": pass_rate_trend,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cost_data_point import CostDataPoint  # noqa: PLC0415
        from ..models.experiment_summary import ExperimentSummary  # noqa: PLC0415
        from ..models.pass_rate_data_point import PassRateDataPoint  # noqa: PLC0415
        from ..models.tool_metrics import ToolMetrics  # noqa: PLC0415

        d = dict(src_dict)
        experiment_id = d.pop("experiment_id")

        summary = ExperimentSummary.from_dict(d.pop("summary"))

        tool_breakdown = ToolMetrics.from_dict(d.pop("tool_breakdown"))

        cost_trend = []
        _cost_trend = d.pop("cost_trend")
        for cost_trend_item_data in _cost_trend:
            cost_trend_item = CostDataPoint.from_dict(cost_trend_item_data)

            cost_trend.append(cost_trend_item)

        pass_rate_trend = []
        _pass_rate_trend = d.pop("pass_rate_trend")
        for pass_rate_trend_item_data in _pass_rate_trend:
            pass_rate_trend_item = PassRateDataPoint.from_dict(
                pass_rate_trend_item_data
            )

            pass_rate_trend.append(pass_rate_trend_item)

        experiment_metrics = cls(
            experiment_id=experiment_id,
            summary=summary,
            tool_breakdown=tool_breakdown,
            cost_trend=cost_trend,
            pass_rate_trend=pass_rate_trend,
        )

        experiment_metrics.additional_properties = d
        return experiment_metrics

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
