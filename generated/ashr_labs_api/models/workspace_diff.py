from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="WorkspaceDiff")


@_attrs_define
class WorkspaceDiff:
    """Paths that differ from when the sandbox became ready, sorted.

    Attributes:
        added (list[str]):
        removed (list[str]):
        modified (list[str]):
        omitted (int | Unset): How many more there are.
        text (str | Unset): The unified differences of small text files, cut after 8,192 characters.
    """

    added: list[str]
    removed: list[str]
    modified: list[str]
    omitted: int | Unset = UNSET
    text: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        added = self.added

        removed = self.removed

        modified = self.modified

        omitted = self.omitted

        text = self.text

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "added": added,
                "removed": removed,
                "modified": modified,
            }
        )
        if omitted is not UNSET:
            field_dict["omitted"] = omitted
        if text is not UNSET:
            field_dict["text"] = text

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        added = cast(list[str], d.pop("added"))

        removed = cast(list[str], d.pop("removed"))

        modified = cast(list[str], d.pop("modified"))

        omitted = d.pop("omitted", UNSET)

        text = d.pop("text", UNSET)

        workspace_diff = cls(
            added=added,
            removed=removed,
            modified=modified,
            omitted=omitted,
            text=text,
        )

        workspace_diff.additional_properties = d
        return workspace_diff

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
