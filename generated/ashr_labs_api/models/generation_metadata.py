from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="GenerationMetadata")


@_attrs_define
class GenerationMetadata:
    """
    Attributes:
        dataset_name (str | Unset):
        description (str | Unset):
        dataset_type (str | Unset): `pentest` for a penetration test.
    """

    dataset_name: str | Unset = UNSET
    description: str | Unset = UNSET
    dataset_type: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        dataset_name = self.dataset_name

        description = self.description

        dataset_type = self.dataset_type

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if dataset_name is not UNSET:
            field_dict["dataset_name"] = dataset_name
        if description is not UNSET:
            field_dict["description"] = description
        if dataset_type is not UNSET:
            field_dict["dataset_type"] = dataset_type

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        dataset_name = d.pop("dataset_name", UNSET)

        description = d.pop("description", UNSET)

        dataset_type = d.pop("dataset_type", UNSET)

        generation_metadata = cls(
            dataset_name=dataset_name,
            description=description,
            dataset_type=dataset_type,
        )

        generation_metadata.additional_properties = d
        return generation_metadata

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
