from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="IngestedEvents")


@_attrs_define
class IngestedEvents:
    """
    Attributes:
        ingested (int):
        refused (int | Unset): Events of traces that are full.
        message (str | Unset): Why events were refused.
    """

    ingested: int
    refused: int | Unset = UNSET
    message: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        ingested = self.ingested

        refused = self.refused

        message = self.message

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "ingested": ingested,
            }
        )
        if refused is not UNSET:
            field_dict["refused"] = refused
        if message is not UNSET:
            field_dict["message"] = message

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        ingested = d.pop("ingested")

        refused = d.pop("refused", UNSET)

        message = d.pop("message", UNSET)

        ingested_events = cls(
            ingested=ingested,
            refused=refused,
            message=message,
        )

        ingested_events.additional_properties = d
        return ingested_events

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
