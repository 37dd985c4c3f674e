from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CheckedInvariant")


@_attrs_define
class CheckedInvariant:
    """The result of an invariant.

    Attributes:
        name (str):
        passed (bool):
        status (str): `passed`, `failed`, `not_judged`, or `error` if it could not be checked.
        gate (bool):
        weight (float):
        score (float | None): 0..1; null if it was not checked.
        message (str): What was expected, and what was there.
        reason (str | Unset): The reason that a judge gives.
    """

    name: str
    passed: bool
    status: str
    gate: bool
    weight: float
    score: float | None
    message: str
    reason: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        passed = self.passed

        status = self.status

        gate = self.gate

        weight = self.weight

        score: float | None
        score = self.score

        message = self.message

        reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "passed": passed,
                "status": status,
                "gate": gate,
                "weight": weight,
                "score": score,
                "message": message,
            }
        )
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        passed = d.pop("passed")

        status = d.pop("status")

        gate = d.pop("gate")

        weight = d.pop("weight")

        def _parse_score(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        score = _parse_score(d.pop("score"))

        message = d.pop("message")

        reason = d.pop("reason", UNSET)

        checked_invariant = cls(
            name=name,
            passed=passed,
            status=status,
            gate=gate,
            weight=weight,
            score=score,
            message=message,
            reason=reason,
        )

        checked_invariant.additional_properties = d
        return checked_invariant

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
