from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="TraceScore")


@_attrs_define
class TraceScore:
    """The score of a trace by a scoring rule.

    Attributes:
        rule_id (str):
        name (str):
        score (float): 0..1.
        passed (bool | None | Unset):
        message (None | str | Unset):
        cost_usd (float | None | Unset): Null if it is not known.
        created_at (str | Unset): ISO 8601.
    """

    rule_id: str
    name: str
    score: float
    passed: bool | None | Unset = UNSET
    message: None | str | Unset = UNSET
    cost_usd: float | None | Unset = UNSET
    created_at: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rule_id = self.rule_id

        name = self.name

        score = self.score

        passed: bool | None | Unset
        if isinstance(self.passed, Unset):
            passed = UNSET
        else:
            passed = self.passed

        message: None | str | Unset
        if isinstance(self.message, Unset):
            message = UNSET
        else:
            message = self.message

        cost_usd: float | None | Unset
        if isinstance(self.cost_usd, Unset):
            cost_usd = UNSET
        else:
            cost_usd = self.cost_usd

        created_at = self.created_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rule_id": rule_id,
                "name": name,
                "score": score,
            }
        )
        if passed is not UNSET:
            field_dict["passed"] = passed
        if message is not UNSET:
            field_dict["message"] = message
        if cost_usd is not UNSET:
            field_dict["cost_usd"] = cost_usd
        if created_at is not UNSET:
            field_dict["created_at"] = created_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        rule_id = d.pop("rule_id")

        name = d.pop("name")

        score = d.pop("score")

        def _parse_passed(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        passed = _parse_passed(d.pop("passed", UNSET))

        def _parse_message(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        message = _parse_message(d.pop("message", UNSET))

        def _parse_cost_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        cost_usd = _parse_cost_usd(d.pop("cost_usd", UNSET))

        created_at = d.pop("created_at", UNSET)

        trace_score = cls(
            rule_id=rule_id,
            name=name,
            score=score,
            passed=passed,
            message=message,
            cost_usd=cost_usd,
            created_at=created_at,
        )

        trace_score.additional_properties = d
        return trace_score

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
