from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="GetApiSessionsIdFilesPathResponse200")


@_attrs_define
class GetApiSessionsIdFilesPathResponse200:
    """A file with its text.

    Attributes:
        path (str):
        content (str):
        size (int):
        source (str):
    """

    path: str
    content: str
    size: int
    source: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        path = self.path

        content = self.content

        size = self.size

        source = self.source

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "path": path,
                "content": content,
                "size": size,
                "source": source,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        path = d.pop("path")

        content = d.pop("content")

        size = d.pop("size")

        source = d.pop("source")

        get_api_sessions_id_files_path_response_200 = cls(
            path=path,
            content=content,
            size=size,
            source=source,
        )

        get_api_sessions_id_files_path_response_200.additional_properties = d
        return get_api_sessions_id_files_path_response_200

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
