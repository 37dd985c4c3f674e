from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.ash_file import AshFile


T = TypeVar("T", bound="PostApiAgentsNameVersionsBody")


@_attrs_define
class PostApiAgentsNameVersionsBody:
    """A version to add.

    Attributes:
        name (str | Unset):
        system_prompt (str | Unset): The instructions.
        release_notes (str | Unset):
        files (list[AshFile] | Unset):
        clone_from (int | Unset): The number of the version whose files it has.
    """

    name: str | Unset = UNSET
    system_prompt: str | Unset = UNSET
    release_notes: str | Unset = UNSET
    files: list[AshFile] | Unset = UNSET
    clone_from: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        system_prompt = self.system_prompt

        release_notes = self.release_notes

        files: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.files, Unset):
            files = []
            for files_item_data in self.files:
                files_item = files_item_data.to_dict()
                files.append(files_item)

        clone_from = self.clone_from

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if system_prompt is not UNSET:
            field_dict["systemPrompt"] = system_prompt
        if release_notes is not UNSET:
            field_dict["releaseNotes"] = release_notes
        if files is not UNSET:
            field_dict["files"] = files
        if clone_from is not UNSET:
            field_dict["cloneFrom"] = clone_from

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.ash_file import AshFile  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name", UNSET)

        system_prompt = d.pop("systemPrompt", UNSET)

        release_notes = d.pop("releaseNotes", UNSET)

        _files = d.pop("files", UNSET)
        files: list[AshFile] | Unset = UNSET
        if _files is not UNSET:
            files = []
            for files_item_data in _files:
                files_item = AshFile.from_dict(files_item_data)

                files.append(files_item)

        clone_from = d.pop("cloneFrom", UNSET)

        post_api_agents_name_versions_body = cls(
            name=name,
            system_prompt=system_prompt,
            release_notes=release_notes,
            files=files,
            clone_from=clone_from,
        )

        post_api_agents_name_versions_body.additional_properties = d
        return post_api_agents_name_versions_body

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
