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

T = TypeVar("T", bound="GetObservabilityToolErrorsRequest")


@_attrs_define
class GetObservabilityToolErrorsRequest:
    """
    Attributes:
        function (Literal['get_observability_tool_errors']):  Default: 'get_observability_tool_errors'.
        days (int | Unset): Defaults to 7.
        limit (int | Unset): Defaults to 50.
        page (int | Unset): Defaults to 1.
    """

    function: Literal["get_observability_tool_errors"] = "get_observability_tool_errors"
    days: int | Unset = UNSET
    limit: int | Unset = UNSET
    page: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        days = self.days

        limit = self.limit

        page = self.page

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "function": function,
            }
        )
        if days is not UNSET:
            field_dict["days"] = days
        if limit is not UNSET:
            field_dict["limit"] = limit
        if page is not UNSET:
            field_dict["page"] = page

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["get_observability_tool_errors"], d.pop("function"))
        if function != "get_observability_tool_errors":
            raise ValueError(
                f"function must match const 'get_observability_tool_errors', got '{function}'"
            )

        days = d.pop("days", UNSET)

        limit = d.pop("limit", UNSET)

        page = d.pop("page", UNSET)

        get_observability_tool_errors_request = cls(
            function=function,
            days=days,
            limit=limit,
            page=page,
        )

        get_observability_tool_errors_request.additional_properties = d
        return get_observability_tool_errors_request

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
