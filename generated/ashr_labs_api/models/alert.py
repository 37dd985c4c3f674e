from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Alert")


@_attrs_define
class Alert:
    """A condition of experiments or scores, and who is notified when it holds.

    Attributes:
        id (str):
        name (str):
        condition (str):
        notify (str): `webhook`, `slack`, `email` or `none`.
        eval_id (str | Unset): A spec or a scoring rule; empty for all specs.
        window (str | Unset): Empty for the default.
        webhook_url (str | Unset):
        slack_channel (str | Unset):
        email_to (list[str] | Unset):
        created_at (str | Unset): ISO 8601.
        webhook_secret (str | Unset): Signs its webhooks; only in the answer of its creation.
    """

    id: str
    name: str
    condition: str
    notify: str
    eval_id: str | Unset = UNSET
    window: str | Unset = UNSET
    webhook_url: str | Unset = UNSET
    slack_channel: str | Unset = UNSET
    email_to: list[str] | Unset = UNSET
    created_at: str | Unset = UNSET
    webhook_secret: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        condition = self.condition

        notify = self.notify

        eval_id = self.eval_id

        window = self.window

        webhook_url = self.webhook_url

        slack_channel = self.slack_channel

        email_to: list[str] | Unset = UNSET
        if not isinstance(self.email_to, Unset):
            email_to = self.email_to

        created_at = self.created_at

        webhook_secret = self.webhook_secret

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "condition": condition,
                "notify": notify,
            }
        )
        if eval_id is not UNSET:
            field_dict["eval_id"] = eval_id
        if window is not UNSET:
            field_dict["window"] = window
        if webhook_url is not UNSET:
            field_dict["webhook_url"] = webhook_url
        if slack_channel is not UNSET:
            field_dict["slack_channel"] = slack_channel
        if email_to is not UNSET:
            field_dict["email_to"] = email_to
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if webhook_secret is not UNSET:
            field_dict["webhook_secret"] = webhook_secret

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        condition = d.pop("condition")

        notify = d.pop("notify")

        eval_id = d.pop("eval_id", UNSET)

        window = d.pop("window", UNSET)

        webhook_url = d.pop("webhook_url", UNSET)

        slack_channel = d.pop("slack_channel", UNSET)

        email_to = cast(list[str], d.pop("email_to", UNSET))

        created_at = d.pop("created_at", UNSET)

        webhook_secret = d.pop("webhook_secret", UNSET)

        alert = cls(
            id=id,
            name=name,
            condition=condition,
            notify=notify,
            eval_id=eval_id,
            window=window,
            webhook_url=webhook_url,
            slack_channel=slack_channel,
            email_to=email_to,
            created_at=created_at,
            webhook_secret=webhook_secret,
        )

        alert.additional_properties = d
        return alert

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
