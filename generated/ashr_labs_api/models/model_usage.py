from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ModelUsage")


@_attrs_define
class ModelUsage:
    """
    Attributes:
        model (str):
        total_calls (int):
        total_tokens (int):
        avg_latency_ms (float | None):
        total_cost (float | None | Unset): The sum of all costs that are known; null where none is.
        estimated_cost (float | None | Unset): The part of the total that was computed from the prices of the models, as
            no client stated it.
        unpriced_calls (int | Unset): Calls whose cost is not known and not in the total.
    """

    model: str
    total_calls: int
    total_tokens: int
    avg_latency_ms: float | None
    total_cost: float | None | Unset = UNSET
    estimated_cost: float | None | Unset = UNSET
    unpriced_calls: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model = self.model

        total_calls = self.total_calls

        total_tokens = self.total_tokens

        avg_latency_ms: float | None
        avg_latency_ms = self.avg_latency_ms

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
                "model": model,
                "total_calls": total_calls,
                "total_tokens": total_tokens,
                "avg_latency_ms": avg_latency_ms,
            }
        )
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
        model = d.pop("model")

        total_calls = d.pop("total_calls")

        total_tokens = d.pop("total_tokens")

        def _parse_avg_latency_ms(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        avg_latency_ms = _parse_avg_latency_ms(d.pop("avg_latency_ms"))

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

        model_usage = cls(
            model=model,
            total_calls=total_calls,
            total_tokens=total_tokens,
            avg_latency_ms=avg_latency_ms,
            total_cost=total_cost,
            estimated_cost=estimated_cost,
            unpriced_calls=unpriced_calls,
        )

        model_usage.additional_properties = d
        return model_usage

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
