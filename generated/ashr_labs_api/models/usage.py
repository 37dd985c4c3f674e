from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Usage")


@_attrs_define
class Usage:
    """
    Attributes:
        input_tokens (int | None | Unset): All input, cached or not.
        cached_input_tokens (int | None | Unset): The part of the input that was read from a cache.
        cache_write_input_tokens (int | None | Unset): The part of the input that was written to a cache.
        output_tokens (int | None | Unset): All output, with reasoning.
        reasoning_output_tokens (int | None | Unset): The part of the output that is reasoning.
        cache_write_1h_input_tokens (int | None | Unset): The part of what was written that is kept for an hour.
        input_audio_tokens (int | None | Unset): The part of the input that is audio.
        output_audio_tokens (int | None | Unset): The part of the output that is audio.
        cost (float | None | Unset): Cost of the call as reported by the client; it takes precedence over the platform's
            prices.
    """

    input_tokens: int | None | Unset = UNSET
    cached_input_tokens: int | None | Unset = UNSET
    cache_write_input_tokens: int | None | Unset = UNSET
    output_tokens: int | None | Unset = UNSET
    reasoning_output_tokens: int | None | Unset = UNSET
    cache_write_1h_input_tokens: int | None | Unset = UNSET
    input_audio_tokens: int | None | Unset = UNSET
    output_audio_tokens: int | None | Unset = UNSET
    cost: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        input_tokens: int | None | Unset
        if isinstance(self.input_tokens, Unset):
            input_tokens = UNSET
        else:
            input_tokens = self.input_tokens

        cached_input_tokens: int | None | Unset
        if isinstance(self.cached_input_tokens, Unset):
            cached_input_tokens = UNSET
        else:
            cached_input_tokens = self.cached_input_tokens

        cache_write_input_tokens: int | None | Unset
        if isinstance(self.cache_write_input_tokens, Unset):
            cache_write_input_tokens = UNSET
        else:
            cache_write_input_tokens = self.cache_write_input_tokens

        output_tokens: int | None | Unset
        if isinstance(self.output_tokens, Unset):
            output_tokens = UNSET
        else:
            output_tokens = self.output_tokens

        reasoning_output_tokens: int | None | Unset
        if isinstance(self.reasoning_output_tokens, Unset):
            reasoning_output_tokens = UNSET
        else:
            reasoning_output_tokens = self.reasoning_output_tokens

        cache_write_1h_input_tokens: int | None | Unset
        if isinstance(self.cache_write_1h_input_tokens, Unset):
            cache_write_1h_input_tokens = UNSET
        else:
            cache_write_1h_input_tokens = self.cache_write_1h_input_tokens

        input_audio_tokens: int | None | Unset
        if isinstance(self.input_audio_tokens, Unset):
            input_audio_tokens = UNSET
        else:
            input_audio_tokens = self.input_audio_tokens

        output_audio_tokens: int | None | Unset
        if isinstance(self.output_audio_tokens, Unset):
            output_audio_tokens = UNSET
        else:
            output_audio_tokens = self.output_audio_tokens

        cost: float | None | Unset
        if isinstance(self.cost, Unset):
            cost = UNSET
        else:
            cost = self.cost

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
        if cost is not UNSET:
            field_dict["cost"] = cost

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_input_tokens(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        input_tokens = _parse_input_tokens(d.pop("input_tokens", UNSET))

        def _parse_cached_input_tokens(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        cached_input_tokens = _parse_cached_input_tokens(
            d.pop("cached_input_tokens", UNSET)
        )

        def _parse_cache_write_input_tokens(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        cache_write_input_tokens = _parse_cache_write_input_tokens(
            d.pop("cache_write_input_tokens", UNSET)
        )

        def _parse_output_tokens(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        output_tokens = _parse_output_tokens(d.pop("output_tokens", UNSET))

        def _parse_reasoning_output_tokens(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        reasoning_output_tokens = _parse_reasoning_output_tokens(
            d.pop("reasoning_output_tokens", UNSET)
        )

        def _parse_cache_write_1h_input_tokens(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        cache_write_1h_input_tokens = _parse_cache_write_1h_input_tokens(
            d.pop("cache_write_1h_input_tokens", UNSET)
        )

        def _parse_input_audio_tokens(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        input_audio_tokens = _parse_input_audio_tokens(
            d.pop("input_audio_tokens", UNSET)
        )

        def _parse_output_audio_tokens(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        output_audio_tokens = _parse_output_audio_tokens(
            d.pop("output_audio_tokens", UNSET)
        )

        def _parse_cost(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        cost = _parse_cost(d.pop("cost", UNSET))

        usage = cls(
            input_tokens=input_tokens,
            cached_input_tokens=cached_input_tokens,
            cache_write_input_tokens=cache_write_input_tokens,
            output_tokens=output_tokens,
            reasoning_output_tokens=reasoning_output_tokens,
            cache_write_1h_input_tokens=cache_write_1h_input_tokens,
            input_audio_tokens=input_audio_tokens,
            output_audio_tokens=output_audio_tokens,
            cost=cost,
        )

        usage.additional_properties = d
        return usage

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
