from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ComplexityDistribution")


@_attrs_define
class ComplexityDistribution:
    """Shares that sum to 1.

    Attributes:
        simple (float | Unset):
        moderate (float | Unset):
        complex_ (float | Unset):
    """

    simple: float | Unset = UNSET
    moderate: float | Unset = UNSET
    complex_: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        simple = self.simple

        moderate = self.moderate

        complex_ = self.complex_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if simple is not UNSET:
            field_dict["simple"] = simple
        if moderate is not UNSET:
            field_dict["moderate"] = moderate
        if complex_ is not UNSET:
            field_dict["complex"] = complex_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        simple = d.pop("simple", UNSET)

        moderate = d.pop("moderate", UNSET)

        complex_ = d.pop("complex", UNSET)

        complexity_distribution = cls(
            simple=simple,
            moderate=moderate,
            complex_=complex_,
        )

        complexity_distribution.additional_properties = d
        return complexity_distribution

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
