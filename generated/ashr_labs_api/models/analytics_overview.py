from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AnalyticsOverview")


@_attrs_define
class AnalyticsOverview:
    """
    Attributes:
        total_traces (int):
        error_rate (float | None): A fraction from 0 to 1.
        avg_latency_ms (float | None):
        total_input_tokens (int):
        total_output_tokens (int):
        total_tool_calls (int):
        total_errors (int | Unset): Traces in which something failed.
        p50_latency_ms (float | None | Unset):
        p95_latency_ms (float | None | Unset):
        p99_latency_ms (float | None | Unset):
        total_tokens (int | Unset):
        total_cost (float | None | Unset): The sum of all costs that are known; null where none is.
        estimated_cost (float | None | Unset): The part of the total that was computed from the prices of the models, as
            no client stated it.
        unpriced_calls (int | Unset): Calls of models whose cost is not known and not in the total.
    """

    total_traces: int
    error_rate: float | None
    avg_latency_ms: float | None
    total_input_tokens: int
    total_output_tokens: int
    total_tool_calls: int
    total_errors: int | Unset = UNSET
    p50_latency_ms: float | None | Unset = UNSET
    p95_latency_ms: float | None | Unset = UNSET
    p99_latency_ms: float | None | Unset = UNSET
    total_tokens: int | Unset = UNSET
    total_cost: float | None | Unset = UNSET
    estimated_cost: float | None | Unset = UNSET
    unpriced_calls: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        total_traces = self.total_traces

        error_rate: float | None
        error_rate = self.error_rate

        avg_latency_ms: float | None
        avg_latency_ms = self.avg_latency_ms

        total_input_tokens = self.total_input_tokens

        total_output_tokens = self.total_output_tokens

        total_tool_calls = self.total_tool_calls

        total_errors = self.total_errors

        p50_latency_ms: float | None | Unset
        if isinstance(self.p50_latency_ms, Unset):
            p50_latency_ms = UNSET
        else:
            p50_latency_ms = self.p50_latency_ms

        p95_latency_ms: float | None | Unset
        if isinstance(self.p95_latency_ms, Unset):
            p95_latency_ms = UNSET
        else:
            p95_latency_ms = self.p95_latency_ms

        p99_latency_ms: float | None | Unset
        if isinstance(self.p99_latency_ms, Unset):
            p99_latency_ms = UNSET
        else:
            p99_latency_ms = self.p99_latency_ms

        total_tokens = self.total_tokens

        total_cost: float | None | Unset
        if isinstance(self.total_cost, Unset):
            total_cost = UNSET
        else:
            total_cost = self.total_cost

        estimated_cost: float | None | Unset
        if isinstance(self.estimated_cost, Unset):
            estimated_cost = UNSET
        else:
            estimated_cost = self.estimated_cost

        unpriced_calls = self.unpriced_calls

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "total_traces": total_traces,
                "error_rate": error_rate,
                "avg_latency_ms": avg_latency_ms,
                "total_input_tokens": total_input_tokens,
                "total_output_tokens": total_output_tokens,
                "total_tool_calls": total_tool_calls,
            }
        )
        if total_errors is not UNSET:
            field_dict["total_errors"] = total_errors
        if p50_latency_ms is not UNSET:
            field_dict["p50_latency_ms"] = p50_latency_ms
        if p95_latency_ms is not UNSET:
            field_dict["p95_latency_ms"] = p95_latency_ms
        if p99_latency_ms is not UNSET:
            field_dict["p99_latency_ms"] = p99_latency_ms
        if total_tokens is not UNSET:
            field_dict["total_tokens"] = total_tokens
        if total_cost is not UNSET:
            field_dict["total_cost"] = total_cost
        if estimated_cost is not UNSET:
            field_dict["estimated_cost"] = estimated_cost
        if unpriced_calls is not UNSET:
            field_dict["unpriced_calls"] = unpriced_calls

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        total_traces = d.pop("total_traces")

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

        total_input_tokens = d.pop("total_input_tokens")

        total_output_tokens = d.pop("total_output_tokens")

        total_tool_calls = d.pop("total_tool_calls")

        total_errors = d.pop("total_errors", UNSET)

        def _parse_p50_latency_ms(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        p50_latency_ms = _parse_p50_latency_ms(d.pop("p50_latency_ms", UNSET))

        def _parse_p95_latency_ms(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        p95_latency_ms = _parse_p95_latency_ms(d.pop("p95_latency_ms", UNSET))

        def _parse_p99_latency_ms(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        p99_latency_ms = _parse_p99_latency_ms(d.pop("p99_latency_ms", UNSET))

        total_tokens = d.pop("total_tokens", UNSET)

        def _parse_total_cost(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        total_cost = _parse_total_cost(d.pop("total_cost", UNSET))

        def _parse_estimated_cost(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        estimated_cost = _parse_estimated_cost(d.pop("estimated_cost", UNSET))

        unpriced_calls = d.pop("unpriced_calls", UNSET)

        analytics_overview = cls(
            total_traces=total_traces,
            error_rate=error_rate,
            avg_latency_ms=avg_latency_ms,
            total_input_tokens=total_input_tokens,
            total_output_tokens=total_output_tokens,
            total_tool_calls=total_tool_calls,
            total_errors=total_errors,
            p50_latency_ms=p50_latency_ms,
            p95_latency_ms=p95_latency_ms,
            p99_latency_ms=p99_latency_ms,
            total_tokens=total_tokens,
            total_cost=total_cost,
            estimated_cost=estimated_cost,
            unpriced_calls=unpriced_calls,
        )

        analytics_overview.additional_properties = d
        return analytics_overview

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
