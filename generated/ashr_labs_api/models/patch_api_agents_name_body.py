from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.ash_strings import AshStrings


T = TypeVar("T", bound="PatchApiAgentsNameBody")


@_attrs_define
class PatchApiAgentsNameBody:
    """What changes of an agent.

    Attributes:
        env (AshStrings | Unset): Texts by name.
    """

    env: AshStrings | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        env: dict[str, Any] | Unset = UNSET
        if not isinstance(self.env, Unset):
            env = self.env.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if env is not UNSET:
            field_dict["env"] = env

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ash_strings import AshStrings  # noqa: PLC0415

        d = dict(src_dict)
        _env = d.pop("env", UNSET)
        env: AshStrings | Unset
        if isinstance(_env, Unset):
            env = UNSET
        else:
            env = AshStrings.from_dict(_env)

        patch_api_agents_name_body = cls(
            env=env,
        )

        patch_api_agents_name_body.additional_properties = d
        return patch_api_agents_name_body

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
