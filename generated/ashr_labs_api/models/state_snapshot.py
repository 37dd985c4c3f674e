from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.file_states import FileStates


T = TypeVar("T", bound="StateSnapshot")


@_attrs_define
class StateSnapshot:
    """The files of a workspace.

    Attributes:
        captured_at (str):
        files (FileStates): Files by path.
        unreadable (int | Unset): Files and folders that could not be read.
    """

    captured_at: str
    files: FileStates
    unreadable: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        captured_at = self.captured_at

        files = self.files.to_dict()

        unreadable = self.unreadable

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "captured_at": captured_at,
                "files": files,
            }
        )
        if unreadable is not UNSET:
            field_dict["unreadable"] = unreadable

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.file_states import FileStates  # noqa: PLC0415

        d = dict(src_dict)
        captured_at = d.pop("captured_at")

        files = FileStates.from_dict(d.pop("files"))

        unreadable = d.pop("unreadable", UNSET)

        state_snapshot = cls(
            captured_at=captured_at,
            files=files,
            unreadable=unreadable,
        )

        state_snapshot.additional_properties = d
        return state_snapshot

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
