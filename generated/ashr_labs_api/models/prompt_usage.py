from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PromptUsage")


@_attrs_define
class PromptUsage:
    """The model calls whose `metadata.prompt` names a version of a prompt.

    Attributes:
        prompt (str): The slug.
        version (int):
        total_calls (int):
        total_tokens (int):
        error_rate (float | Unset): A fraction from 0 to 1.
        avg_latency_ms (float | None | Unset):
        total_cost (float | None | Unset): The sum of all costs that are known; null where none is.
        estimated_cost (float | None | Unset): The part of the total that was computed from the prices of the models, as
            no client stated it.
        unpriced_calls (int | Unset): Calls whose cost is not known and not in the total.
    """

    prompt: str
    version: int
    total_calls: int
    total_tokens: int
    error_rate: float | Unset = UNSET
    avg_latency_ms: float | None | Unset = UNSET
    total_cost: float | None | Unset = UNSET
    estimated_cost: float | None | Unset = UNSET
    unpriced_calls: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        prompt = self.prompt

        version = self.version

        total_calls = self.total_calls

        total_tokens = self.total_tokens

        error_rate = self.error_rate

        avg_latency_ms: float | None | Unset
        if isinstance(self.avg_latency_ms, Unset):
            avg_latency_ms = UNSET
        else:
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
                "prompt": prompt,
                "version": version,
                "total_calls": total_calls,
                "total_tokens": total_tokens,
            }
        )
        if error_rate is not UNSET:
            field_dict["error_rate"] = error_rate
        if avg_latency_ms is not UNSET:
            field_dict["avg_latency_ms"] = avg_latency_ms
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
        prompt = d.pop("prompt")

        version = d.pop("version")

        total_calls = d.pop("total_calls")

        total_tokens = d.pop("total_tokens")

        error_rate = d.pop("error_rate", UNSET)

        def _parse_avg_latency_ms(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        avg_latency_ms = _parse_avg_latency_ms(d.pop("avg_latency_ms", UNSET))

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

        prompt_usage = cls(
            prompt=prompt,
            version=version,
            total_calls=total_calls,
            total_tokens=total_tokens,
            error_rate=error_rate,
            avg_latency_ms=avg_latency_ms,
            total_cost=total_cost,
            estimated_cost=estimated_cost,
            unpriced_calls=unpriced_calls,
        )

        prompt_usage.additional_properties = d
        return prompt_usage

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
