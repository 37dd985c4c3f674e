from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.ash_agent_config import AshAgentConfig


T = TypeVar("T", bound="PatchApiAgentsNameConfigResponse200")


@_attrs_define
class PatchApiAgentsNameConfigResponse200:
    """The options.

    Attributes:
        config (AshAgentConfig): Options that sessions of an agent begin with.
    """

    config: AshAgentConfig
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        config = self.config.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "config": config,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ash_agent_config import AshAgentConfig  # noqa: PLC0415

        d = dict(src_dict)
        config = AshAgentConfig.from_dict(d.pop("config"))

        patch_api_agents_name_config_response_200 = cls(
            config=config,
        )

        patch_api_agents_name_config_response_200.additional_properties = d
        return patch_api_agents_name_config_response_200

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
