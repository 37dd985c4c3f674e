from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ScenarioCost")


@_attrs_define
class ScenarioCost:
    """Tokens and costs of the calls of models that its traces report.

    Attributes:
        input_tokens (int | Unset):
        output_tokens (int | Unset):
        cache_read_tokens (int | Unset):
        model (str | Unset):
        estimated_usd (float | Unset):
        unpriced_calls (int | Unset): How many calls have an unknown cost.
    """

    input_tokens: int | Unset = UNSET
    output_tokens: int | Unset = UNSET
    cache_read_tokens: int | Unset = UNSET
    model: str | Unset = UNSET
    estimated_usd: float | Unset = UNSET
    unpriced_calls: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        input_tokens = self.input_tokens

        output_tokens = self.output_tokens

        cache_read_tokens = self.cache_read_tokens

        model = self.model

        estimated_usd = self.estimated_usd

        unpriced_calls = self.unpriced_calls

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if input_tokens is not UNSET:
            field_dict["input_tokens"] = input_tokens
        if output_tokens is not UNSET:
            field_dict["output_tokens"] = output_tokens
        if cache_read_tokens is not UNSET:
            field_dict["cache_read_tokens"] = cache_read_tokens
        if model is not UNSET:
            field_dict["model"] = model
        if estimated_usd is not UNSET:
            field_dict["estimated_usd"] = estimated_usd
        if unpriced_calls is not UNSET:
            field_dict["unpriced_calls"] = unpriced_calls

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        input_tokens = d.pop("input_tokens", UNSET)

        output_tokens = d.pop("output_tokens", UNSET)

        cache_read_tokens = d.pop("cache_read_tokens", UNSET)

        model = d.pop("model", UNSET)

        estimated_usd = d.pop("estimated_usd", UNSET)

        unpriced_calls = d.pop("unpriced_calls", UNSET)

        scenario_cost = cls(
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cache_read_tokens=cache_read_tokens,
            model=model,
            estimated_usd=estimated_usd,
            unpriced_calls=unpriced_calls,
        )

        scenario_cost.additional_properties = d
        return scenario_cost

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
