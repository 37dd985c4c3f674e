from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AlertFiring")


@_attrs_define
class AlertFiring:
    """A time at which the condition of an alert held.

    Attributes:
        id (str):
        rule_id (str): The id of the alert.
        reason (str):
        fired_at (str): ISO 8601.
        rule_name (str | Unset):
        value (float | Unset): Of the metric.
        experiment_id (str | Unset): Empty if it was about scores.
        delivery (str | Unset): `pending`, `delivered`, `failed`, or `none` if no one is notified.
        delivered_at (None | str | Unset): ISO 8601.
        error (None | str | Unset): Why it was not delivered.
    """

    id: str
    rule_id: str
    reason: str
    fired_at: str
    rule_name: str | Unset = UNSET
    value: float | Unset = UNSET
    experiment_id: str | Unset = UNSET
    delivery: str | Unset = UNSET
    delivered_at: None | str | Unset = UNSET
    error: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        rule_id = self.rule_id

        reason = self.reason

        fired_at = self.fired_at

        rule_name = self.rule_name

        value = self.value

        experiment_id = self.experiment_id

        delivery = self.delivery

        delivered_at: None | str | Unset
        if isinstance(self.delivered_at, Unset):
            delivered_at = UNSET
        else:
            delivered_at = self.delivered_at

        error: None | str | Unset
        if isinstance(self.error, Unset):
            error = UNSET
        else:
            error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "rule_id": rule_id,
                "reason": reason,
                "fired_at": fired_at,
            }
        )
        if rule_name is not UNSET:
            field_dict["rule_name"] = rule_name
        if value is not UNSET:
            field_dict["value"] = value
        if experiment_id is not UNSET:
            field_dict["experiment_id"] = experiment_id
        if delivery is not UNSET:
            field_dict["delivery"] = delivery
        if delivered_at is not UNSET:
            field_dict["delivered_at"] = delivered_at
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        rule_id = d.pop("rule_id")

        reason = d.pop("reason")

        fired_at = d.pop("fired_at")

        rule_name = d.pop("rule_name", UNSET)

        value = d.pop("value", UNSET)

        experiment_id = d.pop("experiment_id", UNSET)

        delivery = d.pop("delivery", UNSET)

        def _parse_delivered_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        delivered_at = _parse_delivered_at(d.pop("delivered_at", UNSET))

        def _parse_error(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        error = _parse_error(d.pop("error", UNSET))

        alert_firing = cls(
            id=id,
            rule_id=rule_id,
            reason=reason,
            fired_at=fired_at,
            rule_name=rule_name,
            value=value,
            experiment_id=experiment_id,
            delivery=delivery,
            delivered_at=delivered_at,
            error=error,
        )

        alert_firing.additional_properties = d
        return alert_firing

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
