from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="UsageStats")


@_attrs_define
class UsageStats:
    """The totals of what sessions have used.

    Attributes:
        total_input_tokens (float):
        total_output_tokens (float):
        total_cache_creation_tokens (float):
        total_cache_read_tokens (float):
        total_tool_calls (float):
        total_messages (float):
        total_compute_seconds (float):
        total_cost_usd (float | None | Unset): US dollars, of the turns whose cost is known; null if none is.
    """

    total_input_tokens: float
    total_output_tokens: float
    total_cache_creation_tokens: float
    total_cache_read_tokens: float
    total_tool_calls: float
    total_messages: float
    total_compute_seconds: float
    total_cost_usd: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        total_input_tokens = self.total_input_tokens

        total_output_tokens = self.total_output_tokens

        total_cache_creation_tokens = self.total_cache_creation_tokens

        total_cache_read_tokens = self.total_cache_read_tokens

        total_tool_calls = self.total_tool_calls

        total_messages = self.total_messages

        total_compute_seconds = self.total_compute_seconds

        total_cost_usd: float | None | Unset
        if isinstance(self.total_cost_usd, Unset):
            total_cost_usd = UNSET
        else:
            total_cost_usd = self.total_cost_usd

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "totalInputTokens": total_input_tokens,
                "totalOutputTokens": total_output_tokens,
                "totalCacheCreationTokens": total_cache_creation_tokens,
                "totalCacheReadTokens": total_cache_read_tokens,
                "totalToolCalls": total_tool_calls,
                "totalMessages": total_messages,
                "totalComputeSeconds": total_compute_seconds,
            }
        )
        if total_cost_usd is not UNSET:
            field_dict["totalCostUsd"] = total_cost_usd

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        total_input_tokens = d.pop("totalInputTokens")

        total_output_tokens = d.pop("totalOutputTokens")

        total_cache_creation_tokens = d.pop("totalCacheCreationTokens")

        total_cache_read_tokens = d.pop("totalCacheReadTokens")

        total_tool_calls = d.pop("totalToolCalls")

        total_messages = d.pop("totalMessages")

        total_compute_seconds = d.pop("totalComputeSeconds")

        def _parse_total_cost_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_cost_usd = _parse_total_cost_usd(d.pop("totalCostUsd", UNSET))

        usage_stats = cls(
            total_input_tokens=total_input_tokens,
            total_output_tokens=total_output_tokens,
            total_cache_creation_tokens=total_cache_creation_tokens,
            total_cache_read_tokens=total_cache_read_tokens,
            total_tool_calls=total_tool_calls,
            total_messages=total_messages,
            total_compute_seconds=total_compute_seconds,
            total_cost_usd=total_cost_usd,
        )

        usage_stats.additional_properties = d
        return usage_stats

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
