from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="TokenUsage")


@_attrs_define
class TokenUsage:
    """Token usage; numbers that were not reported are absent.

    Attributes:
        input_tokens (int | Unset): All input, cached or not.
        cached_input_tokens (int | Unset): The part of the input that was read from a cache.
        cache_write_input_tokens (int | Unset): The part of the input that was written to a cache.
        output_tokens (int | Unset): All output, with reasoning.
        reasoning_output_tokens (int | Unset): The part of the output that is reasoning.
        cache_write_1h_input_tokens (int | Unset): The part of what was written that is kept for an hour.
        input_audio_tokens (int | Unset): The part of the input that is audio.
        output_audio_tokens (int | Unset): The part of the output that is audio.
        cost_usd (float | Unset): In US dollars.
        estimated_cost_usd (float | Unset): The part of the cost that was computed from the prices of the models, as no
            client stated it.
    """

    input_tokens: int | Unset = UNSET
    cached_input_tokens: int | Unset = UNSET
    cache_write_input_tokens: int | Unset = UNSET
    output_tokens: int | Unset = UNSET
    reasoning_output_tokens: int | Unset = UNSET
    cache_write_1h_input_tokens: int | Unset = UNSET
    input_audio_tokens: int | Unset = UNSET
    output_audio_tokens: int | Unset = UNSET
    cost_usd: float | Unset = UNSET
    estimated_cost_usd: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        input_tokens = self.input_tokens

        cached_input_tokens = self.cached_input_tokens

        cache_write_input_tokens = self.cache_write_input_tokens

        output_tokens = self.output_tokens

        reasoning_output_tokens = self.reasoning_output_tokens

        cache_write_1h_input_tokens = self.cache_write_1h_input_tokens

        input_audio_tokens = self.input_audio_tokens

        output_audio_tokens = self.output_audio_tokens

        cost_usd = self.cost_usd

        estimated_cost_usd = self.estimated_cost_usd

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if input_tokens is not UNSET:
            field_dict["input_tokens"] = input_tokens
        if cached_input_tokens is not UNSET:
            field_dict["cached_input_tokens"] = cached_input_tokens
        if cache_write_input_tokens is not UNSET:
            field_dict["cache_write_input_tokens"] = cache_write_input_tokens
        if output_tokens is not UNSET:
            field_dict["output_tokens"] = output_tokens
        if reasoning_output_tokens is not UNSET:
            field_dict["reasoning_output_tokens"] = reasoning_output_tokens
        if cache_write_1h_input_tokens is not UNSET:
            field_dict["cache_write_1h_input_tokens"] = cache_write_1h_input_tokens
        if input_audio_tokens is not UNSET:
            field_dict["input_audio_tokens"] = input_audio_tokens
        if output_audio_tokens is not UNSET:
            field_dict["output_audio_tokens"] = output_audio_tokens
        if cost_usd is not UNSET:
            field_dict["cost_usd"] = cost_usd
        if estimated_cost_usd is not UNSET:
            field_dict["estimated_cost_usd"] = estimated_cost_usd

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        input_tokens = d.pop("input_tokens", UNSET)

        cached_input_tokens = d.pop("cached_input_tokens", UNSET)

        cache_write_input_tokens = d.pop("cache_write_input_tokens", UNSET)

        output_tokens = d.pop("output_tokens", UNSET)

        reasoning_output_tokens = d.pop("reasoning_output_tokens", UNSET)

        cache_write_1h_input_tokens = d.pop("cache_write_1h_input_tokens", UNSET)

        input_audio_tokens = d.pop("input_audio_tokens", UNSET)

        output_audio_tokens = d.pop("output_audio_tokens", UNSET)

        cost_usd = d.pop("cost_usd", UNSET)

        estimated_cost_usd = d.pop("estimated_cost_usd", UNSET)

        token_usage = cls(
            input_tokens=input_tokens,
            cached_input_tokens=cached_input_tokens,
            cache_write_input_tokens=cache_write_input_tokens,
            output_tokens=output_tokens,
            reasoning_output_tokens=reasoning_output_tokens,
            cache_write_1h_input_tokens=cache_write_1h_input_tokens,
            input_audio_tokens=input_audio_tokens,
            output_audio_tokens=output_audio_tokens,
            cost_usd=cost_usd,
            estimated_cost_usd=estimated_cost_usd,
        )

        token_usage.additional_properties = d
        return token_usage

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
