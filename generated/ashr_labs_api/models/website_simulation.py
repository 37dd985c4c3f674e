from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="WebsiteSimulation")


@_attrs_define
class WebsiteSimulation:
    """
    Attributes:
        enabled (bool | Unset):
        url (str | Unset):
        domain (str | Unset):
        simulation_config (JsonObject | Unset): A free-form object; it round-trips untouched.
    """

    enabled: bool | Unset = UNSET
    url: str | Unset = UNSET
    domain: str | Unset = UNSET
    simulation_config: JsonObject | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        enabled = self.enabled

        url = self.url

        domain = self.domain

        simulation_config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.simulation_config, Unset):
            simulation_config = self.simulation_config.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if enabled is not UNSET:
            field_dict["enabled"] = enabled
        if url is not UNSET:
            field_dict["url"] = url
        if domain is not UNSET:
            field_dict["domain"] = domain
        if simulation_config is not UNSET:
            field_dict["simulation_config"] = simulation_config

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        enabled = d.pop("enabled", UNSET)

        url = d.pop("url", UNSET)

        domain = d.pop("domain", UNSET)

        _simulation_config = d.pop("simulation_config", UNSET)
        simulation_config: JsonObject | Unset
        if isinstance(_simulation_config, Unset):
            simulation_config = UNSET
        else:
            simulation_config = JsonObject.from_dict(_simulation_config)

        website_simulation = cls(
            enabled=enabled,
            url=url,
            domain=domain,
            simulation_config=simulation_config,
        )

        website_simulation.additional_properties = d
        return website_simulation

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
