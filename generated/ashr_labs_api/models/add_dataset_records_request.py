from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.new_dataset_record import NewDatasetRecord


T = TypeVar("T", bound="AddDatasetRecordsRequest")


@_attrs_define
class AddDatasetRecordsRequest:
    """
    Attributes:
        records (list[NewDatasetRecord]):
        replace (bool | Unset): Leave all other records out of the new version.
    """

    records: list[NewDatasetRecord]
    replace: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        records = []
        for records_item_data in self.records:
            records_item = records_item_data.to_dict()
            records.append(records_item)

        replace = self.replace

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "records": records,
            }
        )
        if replace is not UNSET:
            field_dict["replace"] = replace

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.new_dataset_record import NewDatasetRecord  # noqa: PLC0415

        d = dict(src_dict)
        records = []
        _records = d.pop("records")
        for records_item_data in _records:
            records_item = NewDatasetRecord.from_dict(records_item_data)

            records.append(records_item)

        replace = d.pop("replace", UNSET)

        add_dataset_records_request = cls(
            records=records,
            replace=replace,
        )

        return add_dataset_records_request
