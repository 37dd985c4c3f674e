from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AshVersion")


@_attrs_define
class AshVersion:
    """A version of a deployed agent.

    Attributes:
        id (str):
        agent_name (str):
        version_number (int):
        name (str):
        is_active (bool):
        created_at (str): ISO 8601, UTC.
        updated_at (str): ISO 8601, UTC.
        tenant_id (str | Unset):
        system_prompt (None | str | Unset): The instructions that the version was made with.
        release_notes (None | str | Unset):
        files (list[str] | Unset): The paths of its files; not in lists.
    """

    id: str
    agent_name: str
    version_number: int
    name: str
    is_active: bool
    created_at: str
    updated_at: str
    tenant_id: str | Unset = UNSET
    system_prompt: None | str | Unset = UNSET
    release_notes: None | str | Unset = UNSET
    files: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        agent_name = self.agent_name

        version_number = self.version_number

        name = self.name

        is_active = self.is_active

        created_at = self.created_at

        updated_at = self.updated_at

        tenant_id = self.tenant_id

        system_prompt: None | str | Unset
        if isinstance(self.system_prompt, Unset):
            system_prompt = UNSET
        else:
            system_prompt = self.system_prompt

        release_notes: None | str | Unset
        if isinstance(self.release_notes, Unset):
            release_notes = UNSET
        else:
            release_notes = self.release_notes

        files: list[str] | Unset = UNSET
        if not isinstance(self.files, Unset):
            files = self.files

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "agentName": agent_name,
                "versionNumber": version_number,
                "name": name,
                "isActive": is_active,
                "createdAt": created_at,
                "updatedAt": updated_at,
            }
        )
        if tenant_id is not UNSET:
            field_dict["tenantId"] = tenant_id
        if system_prompt is not UNSET:
            field_dict["systemPrompt"] = system_prompt
        if release_notes is not UNSET:
            field_dict["releaseNotes"] = release_notes
        if files is not UNSET:
            field_dict["files"] = files

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        agent_name = d.pop("agentName")

        version_number = d.pop("versionNumber")

        name = d.pop("name")

        is_active = d.pop("isActive")

        created_at = d.pop("createdAt")

        updated_at = d.pop("updatedAt")

        tenant_id = d.pop("tenantId", UNSET)

        def _parse_system_prompt(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        system_prompt = _parse_system_prompt(d.pop("systemPrompt", UNSET))

        def _parse_release_notes(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        release_notes = _parse_release_notes(d.pop("releaseNotes", UNSET))

        files = cast(list[str], d.pop("files", UNSET))

        ash_version = cls(
            id=id,
            agent_name=agent_name,
            version_number=version_number,
            name=name,
            is_active=is_active,
            created_at=created_at,
            updated_at=updated_at,
            tenant_id=tenant_id,
            system_prompt=system_prompt,
            release_notes=release_notes,
            files=files,
        )

        ash_version.additional_properties = d
        return ash_version

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
