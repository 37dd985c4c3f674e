from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.strictness import Strictness
from ..types import UNSET, Unset

T = TypeVar("T", bound="BehaviorResult")


@_attrs_define
class BehaviorResult:
    """The judgement of one of the agent's `behavior_rules` in one scenario.

    Attributes:
        rule (str):
        status (str): `kept`, `broken` or `not judged`.
        strictness (str | Strictness | Unset):
        reason (str | Unset):
    """

    rule: str
    status: str
    strictness: str | Strictness | Unset = UNSET
    reason: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rule = self.rule

        status = self.status

        strictness: str | Unset
        if isinstance(self.strictness, Unset):
            strictness = UNSET
        elif isinstance(self.strictness, Strictness):
            strictness = self.strictness.value
        else:
            strictness = self.strictness

        reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rule": rule,
                "status": status,
            }
        )
        if strictness is not UNSET:
            field_dict["strictness"] = strictness
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        rule = d.pop("rule")

        status = d.pop("status")

        def _parse_strictness(data: object) -> str | Strictness | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                strictness_type_0 = Strictness(data)

                return strictness_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(str | Strictness | Unset, data)

        strictness = _parse_strictness(d.pop("strictness", UNSET))

        reason = d.pop("reason", UNSET)

        behavior_result = cls(
            rule=rule,
            status=status,
            strictness=strictness,
            reason=reason,
        )

        behavior_result.additional_properties = d
        return behavior_result

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
