from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

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

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        days = self.days

        field_dict: dict[str, Any] = {}

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

        return get_observability_analytics_request
