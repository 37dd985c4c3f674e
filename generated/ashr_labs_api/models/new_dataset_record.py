from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="NewDatasetRecord")


@_attrs_define
class NewDatasetRecord:
    """
    Attributes:
        input_ (Any): Any JSON value.
        id (str | Unset): Unique in a version; defaults to a new one.
        expected (Any | Unset): Any JSON value.
        metadata (JsonObject | Unset): A free-form object; it round-trips untouched.
        tags (list[str] | Unset): Without commas.
    """

    input_: Any
    id: str | Unset = UNSET
    expected: Any | Unset = UNSET
    metadata: JsonObject | Unset = UNSET
    tags: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        input_ = self.input_

        id = self.id

        expected = self.expected

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "input": input_,
            }
        )
        if id is not UNSET:
            field_dict["id"] = id
        if expected is not UNSET:
            field_dict["expected"] = expected
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if tags is not UNSET:
            field_dict["tags"] = tags

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        input_ = d.pop("input")

        id = d.pop("id", UNSET)

        expected = d.pop("expected", UNSET)

        _metadata = d.pop("metadata", UNSET)
        metadata: JsonObject | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = JsonObject.from_dict(_metadata)

        tags = cast(list[str], d.pop("tags", UNSET))

        new_dataset_record = cls(
            input_=input_,
            id=id,
            expected=expected,
            metadata=metadata,
            tags=tags,
        )

        return new_dataset_record
