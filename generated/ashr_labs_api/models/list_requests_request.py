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

T = TypeVar("T", bound="ListRequestsRequest")


@_attrs_define
class ListRequestsRequest:
    """
    Attributes:
        function (Literal['list_requests']):  Default: 'list_requests'.
        tenant_id (int):
        status (str | Unset): Only requests in this status.
        limit (int | Unset): Defaults to 50.
        cursor (int | Unset): The id of the last request of the page before.
        offset (int | Unset): How many to skip; `cursor` is better.
        summary (bool | Unset): Empties `request` and `request_input_schema`; defaults to false.
    """

    tenant_id: int
    function: Literal["list_requests"] = "list_requests"
    status: str | Unset = UNSET
    limit: int | Unset = UNSET
    cursor: int | Unset = UNSET
    offset: int | Unset = UNSET
    summary: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        tenant_id = self.tenant_id

        status = self.status

        limit = self.limit

        cursor = self.cursor

        offset = self.offset

        summary = self.summary

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "tenant_id": tenant_id,
            }
        )
        if status is not UNSET:
            field_dict["status"] = status
        if limit is not UNSET:
            field_dict["limit"] = limit
        if cursor is not UNSET:
            field_dict["cursor"] = cursor
        if offset is not UNSET:
            field_dict["offset"] = offset
        if summary is not UNSET:
            field_dict["summary"] = summary

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["list_requests"], d.pop("function"))
        if function != "list_requests":
            raise ValueError(
                f"function must match const 'list_requests', got '{function}'"
            )

        tenant_id = d.pop("tenant_id")

        status = d.pop("status", UNSET)

        limit = d.pop("limit", UNSET)

        cursor = d.pop("cursor", UNSET)

        offset = d.pop("offset", UNSET)

        summary = d.pop("summary", UNSET)

        list_requests_request = cls(
            function=function,
            tenant_id=tenant_id,
            status=status,
            limit=limit,
            cursor=cursor,
            offset=offset,
            summary=summary,
        )

        return list_requests_request
