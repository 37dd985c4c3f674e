from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="ScoreResult")


@_attrs_define
class ScoreResult:
    """What a scorer found.

    Attributes:
        value (float | None): 0..1; null where the scorer does not apply or could not decide.
        passed (bool | None | Unset): Null without a value.
        reason (str | Unset):
        weight (float | Unset): Its share of the composite score; 1 where absent.
        gate (bool | Unset): True if the test fails where the score does not pass.
        metadata (JsonObject | Unset): A free-form object; it round-trips untouched.
    """

    value: float | None
    passed: bool | None | Unset = UNSET
    reason: str | Unset = UNSET
    weight: float | Unset = UNSET
    gate: bool | Unset = UNSET
    metadata: JsonObject | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        value: float | None
        value = self.value

        passed: bool | None | Unset
        if isinstance(self.passed, Unset):
            passed = UNSET
        else:
            passed = self.passed

        reason = self.reason

        weight = self.weight

        gate = self.gate

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "value": value,
            }
        )
        if passed is not UNSET:
            field_dict["passed"] = passed
        if reason is not UNSET:
            field_dict["reason"] = reason
        if weight is not UNSET:
            field_dict["weight"] = weight
        if gate is not UNSET:
            field_dict["gate"] = gate
        if metadata is not UNSET:
            field_dict["metadata"] = metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)

        def _parse_value(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        value = _parse_value(d.pop("value"))

        def _parse_passed(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        passed = _parse_passed(d.pop("passed", UNSET))

        reason = d.pop("reason", UNSET)

        weight = d.pop("weight", UNSET)

        gate = d.pop("gate", UNSET)

        _metadata = d.pop("metadata", UNSET)
        metadata: JsonObject | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = JsonObject.from_dict(_metadata)

        score_result = cls(
            value=value,
            passed=passed,
            reason=reason,
            weight=weight,
            gate=gate,
            metadata=metadata,
        )

        score_result.additional_properties = d
        return score_result

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
