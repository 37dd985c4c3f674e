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

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        days = self.days

        limit = self.limit

        page = self.page

        field_dict: dict[str, Any] = {}

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

        return get_observability_tool_errors_request
