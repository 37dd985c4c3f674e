from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.kernel_viewport import KernelViewport


T = TypeVar("T", bound="KernelVmMetadata")


@_attrs_define
class KernelVmMetadata:
    """
    Attributes:
        live_view_url (str | Unset):
        cdp_ws_url (str | Unset):
        replay_id (str | Unset):
        replay_view_url (str | Unset):
        headless (bool | Unset):
        stealth (bool | Unset):
        viewport (KernelViewport | Unset):
    """

    live_view_url: str | Unset = UNSET
    cdp_ws_url: str | Unset = UNSET
    replay_id: str | Unset = UNSET
    replay_view_url: str | Unset = UNSET
    headless: bool | Unset = UNSET
    stealth: bool | Unset = UNSET
    viewport: KernelViewport | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        live_view_url = self.live_view_url

        cdp_ws_url = self.cdp_ws_url

        replay_id = self.replay_id

        replay_view_url = self.replay_view_url

        headless = self.headless

        stealth = self.stealth

        viewport: dict[str, Any] | Unset = UNSET
        if not isinstance(self.viewport, Unset):
            viewport = self.viewport.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if live_view_url is not UNSET:
            field_dict["live_view_url"] = live_view_url
        if cdp_ws_url is not UNSET:
            field_dict["cdp_ws_url"] = cdp_ws_url
        if replay_id is not UNSET:
            field_dict["replay_id"] = replay_id
        if replay_view_url is not UNSET:
            field_dict["replay_view_url"] = replay_view_url
        if headless is not UNSET:
            field_dict["headless"] = headless
        if stealth is not UNSET:
            field_dict["stealth"] = stealth
        if viewport is not UNSET:
            field_dict["viewport"] = viewport

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.kernel_viewport import KernelViewport  # noqa: PLC0415

        d = dict(src_dict)
        live_view_url = d.pop("live_view_url", UNSET)

        cdp_ws_url = d.pop("cdp_ws_url", UNSET)

        replay_id = d.pop("replay_id", UNSET)

        replay_view_url = d.pop("replay_view_url", UNSET)

        headless = d.pop("headless", UNSET)

        stealth = d.pop("stealth", UNSET)

        _viewport = d.pop("viewport", UNSET)
        viewport: KernelViewport | Unset
        if isinstance(_viewport, Unset):
            viewport = UNSET
        else:
            viewport = KernelViewport.from_dict(_viewport)

        kernel_vm_metadata = cls(
            live_view_url=live_view_url,
            cdp_ws_url=cdp_ws_url,
            replay_id=replay_id,
            replay_view_url=replay_view_url,
            headless=headless,
            stealth=stealth,
            viewport=viewport,
        )

        kernel_vm_metadata.additional_properties = d
        return kernel_vm_metadata

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
