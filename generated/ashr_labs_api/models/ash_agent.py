from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.ash_strings import AshStrings


T = TypeVar("T", bound="AshAgent")


@_attrs_define
class AshAgent:
    """A deployed agent.

    Attributes:
        id (str):
        name (str):
        version (int):
        path (str): Where its files are.
        created_at (str): ISO 8601, UTC.
        updated_at (str): ISO 8601, UTC.
        tenant_id (str | Unset):
        env (AshStrings | Unset): Texts by name.
    """

    id: str
    name: str
    version: int
    path: str
    created_at: str
    updated_at: str
    tenant_id: str | Unset = UNSET
    env: AshStrings | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        version = self.version

        path = self.path

        created_at = self.created_at

        updated_at = self.updated_at

        tenant_id = self.tenant_id

        env: dict[str, Any] | Unset = UNSET
        if not isinstance(self.env, Unset):
            env = self.env.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "version": version,
                "path": path,
                "createdAt": created_at,
                "updatedAt": updated_at,
            }
        )
        if tenant_id is not UNSET:
            field_dict["tenantId"] = tenant_id
        if env is not UNSET:
            field_dict["env"] = env

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ash_strings import AshStrings  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        version = d.pop("version")

        path = d.pop("path")

        created_at = d.pop("createdAt")

        updated_at = d.pop("updatedAt")

        tenant_id = d.pop("tenantId", UNSET)

        _env = d.pop("env", UNSET)
        env: AshStrings | Unset
        if isinstance(_env, Unset):
            env = UNSET
        else:
            env = AshStrings.from_dict(_env)

        ash_agent = cls(
            id=id,
            name=name,
            version=version,
            path=path,
            created_at=created_at,
            updated_at=updated_at,
            tenant_id=tenant_id,
            env=env,
        )

        ash_agent.additional_properties = d
        return ash_agent

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
