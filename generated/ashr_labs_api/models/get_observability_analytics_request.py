from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="GetObservabilityAnalyticsRequest")


@_attrs_define
class GetObservabilityAnalyticsRequest:
    """
    Attributes:
        function (Literal['get_observability_analytics']):  Default: 'get_observability_analytics'.
        days (int | Unset): Defaults to 7.
    """

    function: Literal["get_observability_analytics"] = "get_observability_analytics"
    days: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        days = self.days

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "function": function,
            }
        )
        if days is not UNSET:
            field_dict["days"] = days

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["get_observability_analytics"], d.pop("function"))
        if function != "get_observability_analytics":
            raise ValueError(
                f"function must match const 'get_observability_analytics', got '{function}'"
            )

        days = d.pop("days", UNSET)

        get_observability_analytics_request = cls(
            function=function,
            days=days,
        )

        get_observability_analytics_request.additional_properties = d
        return get_observability_analytics_request

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
