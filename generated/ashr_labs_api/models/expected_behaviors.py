from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ExpectedBehaviors")


@_attrs_define
class ExpectedBehaviors:
    """
    Attributes:
        must_include (list[str] | Unset):
        must_not_include (list[str] | Unset):
        expected_tools (list[str] | Unset):
    """

    must_include: list[str] | Unset = UNSET
    must_not_include: list[str] | Unset = UNSET
    expected_tools: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        must_include: list[str] | Unset = UNSET
        if not isinstance(self.must_include, Unset):
            must_include = self.must_include

        must_not_include: list[str] | Unset = UNSET
        if not isinstance(self.must_not_include, Unset):
            must_not_include = self.must_not_include

        expected_tools: list[str] | Unset = UNSET
        if not isinstance(self.expected_tools, Unset):
            expected_tools = self.expected_tools

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if must_include is not UNSET:
            field_dict["must_include"] = must_include
        if must_not_include is not UNSET:
            field_dict["must_not_include"] = must_not_include
        if expected_tools is not UNSET:
            field_dict["expected_tools"] = expected_tools

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        must_include = cast(list[str], d.pop("must_include", UNSET))

        must_not_include = cast(list[str], d.pop("must_not_include", UNSET))

        expected_tools = cast(list[str], d.pop("expected_tools", UNSET))

        expected_behaviors = cls(
            must_include=must_include,
            must_not_include=must_not_include,
            expected_tools=expected_tools,
        )

        expected_behaviors.additional_properties = d
        return expected_behaviors

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
