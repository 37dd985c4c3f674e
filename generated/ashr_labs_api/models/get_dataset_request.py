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

T = TypeVar("T", bound="GetDatasetRequest")


@_attrs_define
class GetDatasetRequest:
    """
    Attributes:
        function (Literal['get_dataset']):  Default: 'get_dataset'.
        dataset_id (int):
        include_signed_urls (bool | Unset): Adds signed URLs to media; defaults to false.
        url_expires_seconds (int | Unset): How long those URLs work; defaults to 3600.
    """

    dataset_id: int
    function: Literal["get_dataset"] = "get_dataset"
    include_signed_urls: bool | Unset = UNSET
    url_expires_seconds: int | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        dataset_id = self.dataset_id

        include_signed_urls = self.include_signed_urls

        url_expires_seconds = self.url_expires_seconds

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "dataset_id": dataset_id,
            }
        )
        if include_signed_urls is not UNSET:
            field_dict["include_signed_urls"] = include_signed_urls
        if url_expires_seconds is not UNSET:
            field_dict["url_expires_seconds"] = url_expires_seconds

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["get_dataset"], d.pop("function"))
        if function != "get_dataset":
            raise ValueError(
                f"function must match const 'get_dataset', got '{function}'"
            )

        dataset_id = d.pop("dataset_id")

        include_signed_urls = d.pop("include_signed_urls", UNSET)

        url_expires_seconds = d.pop("url_expires_seconds", UNSET)

        get_dataset_request = cls(
            function=function,
            dataset_id=dataset_id,
            include_signed_urls=include_signed_urls,
            url_expires_seconds=url_expires_seconds,
        )

        return get_dataset_request
