from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="UpdateDatasetRequest")


@_attrs_define
class UpdateDatasetRequest:
    """
    Attributes:
        function (Literal['update_dataset']):  Default: 'update_dataset'.
        dataset_id (int):
        name (str | Unset):
        description (str | Unset):
        dataset_source (JsonObject | Unset): A free-form object; it round-trips untouched.
    """

    dataset_id: int
    function: Literal["update_dataset"] = "update_dataset"
    name: str | Unset = UNSET
    description: str | Unset = UNSET
    dataset_source: JsonObject | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        dataset_id = self.dataset_id

        name = self.name

        description = self.description

        dataset_source: dict[str, Any] | Unset = UNSET
        if not isinstance(self.dataset_source, Unset):
            dataset_source = self.dataset_source.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "dataset_id": dataset_id,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if description is not UNSET:
            field_dict["description"] = description
        if dataset_source is not UNSET:
            field_dict["dataset_source"] = dataset_source

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        function = cast(Literal["update_dataset"], d.pop("function"))
        if function != "update_dataset":
            raise ValueError(
                f"function must match const 'update_dataset', got '{function}'"
            )

        dataset_id = d.pop("dataset_id")

        name = d.pop("name", UNSET)

        description = d.pop("description", UNSET)

        _dataset_source = d.pop("dataset_source", UNSET)
        dataset_source: JsonObject | Unset
        if isinstance(_dataset_source, Unset):
            dataset_source = UNSET
        else:
            dataset_source = JsonObject.from_dict(_dataset_source)

        update_dataset_request = cls(
            function=function,
            dataset_id=dataset_id,
            name=name,
            description=description,
            dataset_source=dataset_source,
        )

        return update_dataset_request
