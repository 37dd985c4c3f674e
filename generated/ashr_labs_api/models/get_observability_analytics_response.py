from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.analytics_overview import AnalyticsOverview
    from ..models.model_usage import ModelUsage
    from ..models.prompt_usage import PromptUsage
    from ..models.score_rule_summary import ScoreRuleSummary
    from ..models.tool_performance import ToolPerformance


T = TypeVar("T", bound="GetObservabilityAnalyticsResponse")


@_attrs_define
class GetObservabilityAnalyticsResponse:
    """
    Attributes:
        status (str):
        overview (AnalyticsOverview):
        tool_performance (list[ToolPerformance]):
        model_usage (list[ModelUsage]):
        prompt_usage (list[PromptUsage] | Unset): Embedded platform only.
        score_rules (list[ScoreRuleSummary] | Unset): Embedded platform only.
    """

    status: str
    overview: AnalyticsOverview
    tool_performance: list[ToolPerformance]
    model_usage: list[ModelUsage]
    prompt_usage: list[PromptUsage] | Unset = UNSET
    score_rules: list[ScoreRuleSummary] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        overview = self.overview.to_dict()

        tool_performance = []
        for tool_performance_item_data in self.tool_performance:
            tool_performance_item = tool_performance_item_data.to_dict()
            tool_performance.append(tool_performance_item)

        model_usage = []
        for model_usage_item_data in self.model_usage:
            model_usage_item = model_usage_item_data.to_dict()
            model_usage.append(model_usage_item)

        prompt_usage: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.prompt_usage, Unset):
            prompt_usage = []
            for prompt_usage_item_data in self.prompt_usage:
                prompt_usage_item = prompt_usage_item_data.to_dict()
                prompt_usage.append(prompt_usage_item)

        score_rules: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.score_rules, Unset):
            score_rules = []
            for score_rules_item_data in self.score_rules:
                score_rules_item = score_rules_item_data.to_dict()
                score_rules.append(score_rules_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "overview": overview,
                "tool_performance": tool_performance,
                "model_usage": model_usage,
            }
        )
        if prompt_usage is not UNSET:
            field_dict["prompt_usage"] = prompt_usage
        if score_rules is not UNSET:
            field_dict["score_rules"] = score_rules

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.analytics_overview import AnalyticsOverview  # noqa: PLC0415
        from ..models.model_usage import ModelUsage  # noqa: PLC0415
        from ..models.prompt_usage import PromptUsage  # noqa: PLC0415
        from ..models.score_rule_summary import ScoreRuleSummary  # noqa: PLC0415
        from ..models.tool_performance import ToolPerformance  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status")

        overview = AnalyticsOverview.from_dict(d.pop("overview"))

        tool_performance = []
        _tool_performance = d.pop("tool_performance")
        for tool_performance_item_data in _tool_performance:
            tool_performance_item = ToolPerformance.from_dict(
                tool_performance_item_data
            )

            tool_performance.append(tool_performance_item)

        model_usage = []
        _model_usage = d.pop("model_usage")
        for model_usage_item_data in _model_usage:
            model_usage_item = ModelUsage.from_dict(model_usage_item_data)

            model_usage.append(model_usage_item)

        _prompt_usage = d.pop("prompt_usage", UNSET)
        prompt_usage: list[PromptUsage] | Unset = UNSET
        if _prompt_usage is not UNSET:
            prompt_usage = []
            for prompt_usage_item_data in _prompt_usage:
                prompt_usage_item = PromptUsage.from_dict(prompt_usage_item_data)

                prompt_usage.append(prompt_usage_item)

        _score_rules = d.pop("score_rules", UNSET)
        score_rules: list[ScoreRuleSummary] | Unset = UNSET
        if _score_rules is not UNSET:
            score_rules = []
            for score_rules_item_data in _score_rules:
                score_rules_item = ScoreRuleSummary.from_dict(score_rules_item_data)

                score_rules.append(score_rules_item)

        get_observability_analytics_response = cls(
            status=status,
            overview=overview,
            tool_performance=tool_performance,
            model_usage=model_usage,
            prompt_usage=prompt_usage,
            score_rules=score_rules,
        )

        get_observability_analytics_response.additional_properties = d
        return get_observability_analytics_response

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
