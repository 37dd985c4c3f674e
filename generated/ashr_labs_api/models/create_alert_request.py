from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CreateAlertRequest")


@_attrs_define
class CreateAlertRequest:
    """
    Attributes:
        name (str):
        condition (str): `<metric> <operator> <number>`, such as `pass_rate < 0.8`.
        notify (str | Unset): `webhook` (the default), `slack`, `email` or `none`.
        eval_id (str | Unset): A spec or a scoring rule; defaults to all specs.
        window (str | Unset): Such as `last_5_runs` or `last_24h`; defaults to the run that has ended, and for scores to
            `last_24h`.
        webhook_url (str | Unset):
        slack_channel (str | Unset):
        email_to (list[str] | Unset):
        id (str | Unset): Defaults to a new one.
    """

    name: str
    condition: str
    notify: str | Unset = UNSET
    eval_id: str | Unset = UNSET
    window: str | Unset = UNSET
    webhook_url: str | Unset = UNSET
    slack_channel: str | Unset = UNSET
    email_to: list[str] | Unset = UNSET
    id: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
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

        id = self.id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "condition": condition,
            }
        )
        if notify is not UNSET:
            field_dict["notify"] = notify
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
        if id is not UNSET:
            field_dict["id"] = id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        condition = d.pop("condition")

        notify = d.pop("notify", UNSET)

        eval_id = d.pop("eval_id", UNSET)

        window = d.pop("window", UNSET)

        webhook_url = d.pop("webhook_url", UNSET)

        slack_channel = d.pop("slack_channel", UNSET)

        email_to = cast(list[str], d.pop("email_to", UNSET))

        id = d.pop("id", UNSET)

        create_alert_request = cls(
            name=name,
            condition=condition,
            notify=notify,
            eval_id=eval_id,
            window=window,
            webhook_url=webhook_url,
            slack_channel=slack_channel,
            email_to=email_to,
            id=id,
        )

        return create_alert_request
