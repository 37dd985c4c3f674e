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

T = TypeVar("T", bound="ListDatasetsRequest")


@_attrs_define
class ListDatasetsRequest:
    """
    Attributes:
        function (Literal['list_datasets']):  Default: 'list_datasets'.
        tenant_id (int):
        limit (int | Unset): Defaults to 50.
        cursor (int | Unset): The id of the last dataset of the page before.
        offset (int | Unset): How many to skip; `cursor` is better.
        include_signed_urls (bool | Unset): Adds signed URLs to media; defaults to false.
        url_expires_seconds (int | Unset): How long those URLs work; defaults to 3600.
        summary (bool | Unset): Leaves out `dataset_source`; defaults to false.
    """

    tenant_id: int
    function: Literal["list_datasets"] = "list_datasets"
    limit: int | Unset = UNSET
    cursor: int | Unset = UNSET
    offset: int | Unset = UNSET
    include_signed_urls: bool | Unset = UNSET
    url_expires_seconds: int | Unset = UNSET
    summary: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        tenant_id = self.tenant_id

        limit = self.limit

        cursor = self.cursor

        offset = self.offset

        include_signed_urls = self.include_signed_urls

        url_expires_seconds = self.url_expires_seconds

        summary = self.summary

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "tenant_id": tenant_id,
            }
        )
        if limit is not UNSET:
            field_dict["limit"] = limit
        if cursor is not UNSET:
            field_dict["cursor"] = cursor
        if offset is not UNSET:
            field_dict["offset"] = offset
        if include_signed_urls is not UNSET:
            field_dict["include_signed_urls"] = include_signed_urls
        if url_expires_seconds is not UNSET:
            field_dict["url_expires_seconds"] = url_expires_seconds
        if summary is not UNSET:
            field_dict["summary"] = summary

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["list_datasets"], d.pop("function"))
        if function != "list_datasets":
            raise ValueError(
                f"function must match const 'list_datasets', got '{function}'"
            )

        tenant_id = d.pop("tenant_id")

        limit = d.pop("limit", UNSET)

        cursor = d.pop("cursor", UNSET)

        offset = d.pop("offset", UNSET)

        include_signed_urls = d.pop("include_signed_urls", UNSET)

        url_expires_seconds = d.pop("url_expires_seconds", UNSET)

        summary = d.pop("summary", UNSET)

        list_datasets_request = cls(
            function=function,
            tenant_id=tenant_id,
            limit=limit,
            cursor=cursor,
            offset=offset,
            include_signed_urls=include_signed_urls,
            url_expires_seconds=url_expires_seconds,
            summary=summary,
        )

        return list_datasets_request
