from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="InvariantResult")


@_attrs_define
class InvariantResult:
    """The result of an invariant.

    Attributes:
        name (str):
        passed (bool):
        gate (bool | Unset):
        weight (float | Unset):
        score (float | Unset): 0..1.
        message (str | Unset):
        reason (str | Unset): The explanation of a judge.
        error (str | Unset): Why it could not be evaluated.
        status (str | Unset): `passed`, `failed`, `not_judged` or `error`.
    """

    name: str
    passed: bool
    gate: bool | Unset = UNSET
    weight: float | Unset = UNSET
    score: float | Unset = UNSET
    message: str | Unset = UNSET
    reason: str | Unset = UNSET
    error: str | Unset = UNSET
    status: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        passed = self.passed

        gate = self.gate

        weight = self.weight

        score = self.score

        message = self.message

        reason = self.reason

        error = self.error

        status = self.status

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "passed": passed,
            }
        )
        if gate is not UNSET:
            field_dict["gate"] = gate
        if weight is not UNSET:
            field_dict["weight"] = weight
        if score is not UNSET:
            field_dict["score"] = score
        if message is not UNSET:
            field_dict["message"] = message
        if reason is not UNSET:
            field_dict["reason"] = reason
        if error is not UNSET:
            field_dict["error"] = error
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        passed = d.pop("passed")

        gate = d.pop("gate", UNSET)

        weight = d.pop("weight", UNSET)

        score = d.pop("score", UNSET)

        message = d.pop("message", UNSET)

        reason = d.pop("reason", UNSET)

        error = d.pop("error", UNSET)

        status = d.pop("status", UNSET)

        invariant_result = cls(
            name=name,
            passed=passed,
            gate=gate,
            weight=weight,
            score=score,
            message=message,
            reason=reason,
            error=error,
            status=status,
        )

        invariant_result.additional_properties = d
        return invariant_result

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
