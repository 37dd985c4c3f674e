from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Check")


@_attrs_define
class Check:
    """A scorer and its options: `type` names the scorer, such as `contains`, `json_schema` or `rubric`; `value` is its
    main option. A check that does not pass fails the test.

        Attributes:
            type_ (str):
            value (Any | Unset): The main option of the scorer.
            name (str | Unset): The name of the score; made from the type where absent.
            weight (float | Unset):
            threshold (float | Unset): The score from which the check passes, 0..1.
            gate (bool | Unset): False if the score does not decide about the test.
            negated (bool | Unset): True if the check passes where the scorer does not.
    """

    type_: str
    value: Any | Unset = UNSET
    name: str | Unset = UNSET
    weight: float | Unset = UNSET
    threshold: float | Unset = UNSET
    gate: bool | Unset = UNSET
    negated: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        value = self.value

        name = self.name

        weight = self.weight

        threshold = self.threshold

        gate = self.gate

        negated = self.negated

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "type": type_,
            }
        )
        if value is not UNSET:
            field_dict["value"] = value
        if name is not UNSET:
            field_dict["name"] = name
        if weight is not UNSET:
            field_dict["weight"] = weight
        if threshold is not UNSET:
            field_dict["threshold"] = threshold
        if gate is not UNSET:
            field_dict["gate"] = gate
        if negated is not UNSET:
            field_dict["negated"] = negated

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        type_ = d.pop("type")

        value = d.pop("value", UNSET)

        name = d.pop("name", UNSET)

        weight = d.pop("weight", UNSET)

        threshold = d.pop("threshold", UNSET)

        gate = d.pop("gate", UNSET)

        negated = d.pop("negated", UNSET)

        check = cls(
            type_=type_,
            value=value,
            name=name,
            weight=weight,
            threshold=threshold,
            gate=gate,
            negated=negated,
        )

        check.additional_properties = d
        return check

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
