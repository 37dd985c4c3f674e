from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="ToolPerformance")


@_attrs_define
class ToolPerformance:
    """
    Attributes:
        tool_name (str): Without the `tool:` of the span's name.
        total_calls (int):
        error_rate (float | None): A fraction from 0 to 1.
        avg_latency_ms (float | None):
    """

    tool_name: str
    total_calls: int
    error_rate: float | None
    avg_latency_ms: float | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tool_name = self.tool_name

        total_calls = self.total_calls

        error_rate: float | None
        error_rate = self.error_rate

        avg_latency_ms: float | None
        avg_latency_ms = self.avg_latency_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "tool_name": tool_name,
                "total_calls": total_calls,
                "error_rate": error_rate,
                "avg_latency_ms": avg_latency_ms,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        tool_name = d.pop("tool_name")

        total_calls = d.pop("total_calls")

        def _parse_error_rate(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        error_rate = _parse_error_rate(d.pop("error_rate"))

        def _parse_avg_latency_ms(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        avg_latency_ms = _parse_avg_latency_ms(d.pop("avg_latency_ms"))

        tool_performance = cls(
            tool_name=tool_name,
            total_calls=total_calls,
            error_rate=error_rate,
            avg_latency_ms=avg_latency_ms,
        )

        tool_performance.additional_properties = d
        return tool_performance

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
