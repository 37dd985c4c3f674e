from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Coverage")


@_attrs_define
class Coverage:
    """Which kinds of scenario to generate.

    Attributes:
        happy_path (bool | Unset):
        edge_cases (bool | Unset):
        error_handling (bool | Unset):
        multi_turn (bool | Unset):
        boundary_values (bool | Unset):
        adversarial (bool | Unset):
        security (bool | Unset):
    """

    happy_path: bool | Unset = UNSET
    edge_cases: bool | Unset = UNSET
    error_handling: bool | Unset = UNSET
    multi_turn: bool | Unset = UNSET
    boundary_values: bool | Unset = UNSET
    adversarial: bool | Unset = UNSET
    security: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        happy_path = self.happy_path

        edge_cases = self.edge_cases

        error_handling = self.error_handling

        multi_turn = self.multi_turn

        boundary_values = self.boundary_values

        adversarial = self.adversarial

        security = self.security

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if happy_path is not UNSET:
            field_dict["happy_path"] = happy_path
        if edge_cases is not UNSET:
            field_dict["edge_cases"] = edge_cases
        if error_handling is not UNSET:
            field_dict["error_handling"] = error_handling
        if multi_turn is not UNSET:
            field_dict["multi_turn"] = multi_turn
        if boundary_values is not UNSET:
            field_dict["boundary_values"] = boundary_values
        if adversarial is not UNSET:
            field_dict["adversarial"] = adversarial
        if security is not UNSET:
            field_dict["security"] = security

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        happy_path = d.pop("happy_path", UNSET)

        edge_cases = d.pop("edge_cases", UNSET)

        error_handling = d.pop("error_handling", UNSET)

        multi_turn = d.pop("multi_turn", UNSET)

        boundary_values = d.pop("boundary_values", UNSET)

        adversarial = d.pop("adversarial", UNSET)

        security = d.pop("security", UNSET)

        coverage = cls(
            happy_path=happy_path,
            edge_cases=edge_cases,
            error_handling=error_handling,
            multi_turn=multi_turn,
            boundary_values=boundary_values,
            adversarial=adversarial,
            security=security,
        )

        coverage.additional_properties = d
        return coverage

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
