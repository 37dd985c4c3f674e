from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="QueuedScores")


@_attrs_define
class QueuedScores:
    """The answer to a request for scores.

    Attributes:
        status (str): `queued`; `completed` if there is nothing left to be done.
        queued (int | Unset): The scores that will be made.
        stored (int | Unset): The scores that are there already.
    """

    status: str
    queued: int | Unset = UNSET
    stored: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        queued = self.queued

        stored = self.stored

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
            }
        )
        if queued is not UNSET:
            field_dict["queued"] = queued
        if stored is not UNSET:
            field_dict["stored"] = stored

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        status = d.pop("status")

        queued = d.pop("queued", UNSET)

        stored = d.pop("stored", UNSET)

        queued_scores = cls(
            status=status,
            queued=queued,
            stored=stored,
        )

        queued_scores.additional_properties = d
        return queued_scores

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
