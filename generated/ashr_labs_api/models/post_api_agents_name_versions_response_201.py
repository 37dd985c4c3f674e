from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.ash_version import AshVersion


T = TypeVar("T", bound="PostApiAgentsNameVersionsResponse201")


@_attrs_define
class PostApiAgentsNameVersionsResponse201:
    """The version.

    Attributes:
        version (AshVersion): A version of a deployed agent.
    """

    version: AshVersion
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        version = self.version.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "version": version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ash_version import AshVersion  # noqa: PLC0415

        d = dict(src_dict)
        version = AshVersion.from_dict(d.pop("version"))

        post_api_agents_name_versions_response_201 = cls(
            version=version,
        )

        post_api_agents_name_versions_response_201.additional_properties = d
        return post_api_agents_name_versions_response_201

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
