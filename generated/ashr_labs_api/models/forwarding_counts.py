from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ForwardingCounts")


@_attrs_define
class ForwardingCounts:
    """Traces on their way to another system, if the platform forwards them.

    Attributes:
        waiting (int | Unset):
        given_up (int | Unset):
    """

    waiting: int | Unset = UNSET
    given_up: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        waiting = self.waiting

        given_up = self.given_up

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if waiting is not UNSET:
            field_dict["waiting"] = waiting
        if given_up is not UNSET:
            field_dict["given_up"] = given_up

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        waiting = d.pop("waiting", UNSET)

        given_up = d.pop("given_up", UNSET)

        forwarding_counts = cls(
            waiting=waiting,
            given_up=given_up,
        )

        forwarding_counts.additional_properties = d
        return forwarding_counts

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
