from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.otlp_partial_success import OtlpPartialSuccess


T = TypeVar("T", bound="OtlpResponse")


@_attrs_define
class OtlpResponse:
    """An `ExportTraceServiceResponse`.

    Attributes:
        partial_success (OtlpPartialSuccess | Unset): What was refused, or was stored although something is wrong with
            it.
    """

    partial_success: OtlpPartialSuccess | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        partial_success: dict[str, Any] | Unset = UNSET
        if not isinstance(self.partial_success, Unset):
            partial_success = self.partial_success.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if partial_success is not UNSET:
            field_dict["partialSuccess"] = partial_success

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.otlp_partial_success import OtlpPartialSuccess  # noqa: PLC0415

        d = dict(src_dict)
        _partial_success = d.pop("partialSuccess", UNSET)
        partial_success: OtlpPartialSuccess | Unset
        if isinstance(_partial_success, Unset):
            partial_success = UNSET
        else:
            partial_success = OtlpPartialSuccess.from_dict(_partial_success)

        otlp_response = cls(
            partial_success=partial_success,
        )

        otlp_response.additional_properties = d
        return otlp_response

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
