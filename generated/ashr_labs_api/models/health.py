from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.forwarding_counts import ForwardingCounts


T = TypeVar("T", bound="Health")


@_attrs_define
class Health:
    """
    Attributes:
        status (str): `ok`.
        forwarding (ForwardingCounts | Unset): Traces on their way to another system, if the platform forwards them.
    """

    status: str
    forwarding: ForwardingCounts | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        forwarding: dict[str, Any] | Unset = UNSET
        if not isinstance(self.forwarding, Unset):
            forwarding = self.forwarding.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
            }
        )
        if forwarding is not UNSET:
            field_dict["forwarding"] = forwarding

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.forwarding_counts import ForwardingCounts  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status")

        _forwarding = d.pop("forwarding", UNSET)
        forwarding: ForwardingCounts | Unset
        if isinstance(_forwarding, Unset):
            forwarding = UNSET
        else:
            forwarding = ForwardingCounts.from_dict(_forwarding)

        health = cls(
            status=status,
            forwarding=forwarding,
        )

        health.additional_properties = d
        return health

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
