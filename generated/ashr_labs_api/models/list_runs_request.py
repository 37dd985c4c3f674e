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

T = TypeVar("T", bound="ListRunsRequest")


@_attrs_define
class ListRunsRequest:
    """
    Attributes:
        function (Literal['list_runs']):  Default: 'list_runs'.
        tenant_id (int):
        dataset_id (int | Unset): Only the runs of this dataset.
        limit (int | Unset): Defaults to 50.
        cursor (int | Unset): The id of the last run of the page before.
        offset (int | Unset): How many to skip; `cursor` is better.
        summary (bool | Unset): Leaves out the tests of `result`, and adds the sums of their `usage`; defaults to false.
    """

    tenant_id: int
    function: Literal["list_runs"] = "list_runs"
    dataset_id: int | Unset = UNSET
    limit: int | Unset = UNSET
    cursor: int | Unset = UNSET
    offset: int | Unset = UNSET
    summary: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        tenant_id = self.tenant_id

        dataset_id = self.dataset_id

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
        if dataset_id is not UNSET:
            field_dict["dataset_id"] = dataset_id
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
        function = cast(Literal["list_runs"], d.pop("function"))
        if function != "list_runs":
            raise ValueError(f"function must match const 'list_runs', got '{function}'")

        tenant_id = d.pop("tenant_id")

        dataset_id = d.pop("dataset_id", UNSET)

        limit = d.pop("limit", UNSET)

        cursor = d.pop("cursor", UNSET)

        offset = d.pop("offset", UNSET)

        summary = d.pop("summary", UNSET)

        list_runs_request = cls(
            function=function,
            tenant_id=tenant_id,
            dataset_id=dataset_id,
            limit=limit,
            cursor=cursor,
            offset=offset,
            summary=summary,
        )

        return list_runs_request
