from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="DeleteDatasetRequest")


@_attrs_define
class DeleteDatasetRequest:
    """
    Attributes:
        function (Literal['delete_dataset']):  Default: 'delete_dataset'.
        dataset_id (int):
    """

    dataset_id: int
    function: Literal["delete_dataset"] = "delete_dataset"

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        dataset_id = self.dataset_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "dataset_id": dataset_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["delete_dataset"], d.pop("function"))
        if function != "delete_dataset":
            raise ValueError(
                f"function must match const 'delete_dataset', got '{function}'"
            )

        dataset_id = d.pop("dataset_id")

        delete_dataset_request = cls(
            function=function,
            dataset_id=dataset_id,
        )

        return delete_dataset_request
