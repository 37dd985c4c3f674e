from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="RecordDataset")


@_attrs_define
class RecordDataset:
    """A dataset of records, without the records.

    Attributes:
        id (str):
        name (str):
        version (int): The newest one; each change of the records makes a version.
        user_id (str | Unset):
        description (str | Unset):
        record_count (int | Unset): Of the newest version.
        created_at (str | Unset): ISO 8601.
        updated_at (str | Unset): ISO 8601.
    """

    id: str
    name: str
    version: int
    user_id: str | Unset = UNSET
    description: str | Unset = UNSET
    record_count: int | Unset = UNSET
    created_at: str | Unset = UNSET
    updated_at: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        version = self.version

        user_id = self.user_id

        description = self.description

        record_count = self.record_count

        created_at = self.created_at

        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "version": version,
            }
        )
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if description is not UNSET:
            field_dict["description"] = description
        if record_count is not UNSET:
            field_dict["record_count"] = record_count
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        version = d.pop("version")

        user_id = d.pop("user_id", UNSET)

        description = d.pop("description", UNSET)

        record_count = d.pop("record_count", UNSET)

        created_at = d.pop("created_at", UNSET)

        updated_at = d.pop("updated_at", UNSET)

        record_dataset = cls(
            id=id,
            name=name,
            version=version,
            user_id=user_id,
            description=description,
            record_count=record_count,
            created_at=created_at,
            updated_at=updated_at,
        )

        record_dataset.additional_properties = d
        return record_dataset

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
