from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.capabilities import Capabilities
    from ..models.sdk_note import SdkNote
    from ..models.tenant import Tenant
    from ..models.user import User


T = TypeVar("T", bound="Session")


@_attrs_define
class Session:
    """The caller, and the platform's capabilities.

    Attributes:
        status (str):
        user (User):
        tenant (Tenant):
        notes (list[SdkNote] | Unset):
        capabilities (Capabilities | Unset): Optional features that the platform supports.
    """

    status: str
    user: User
    tenant: Tenant
    notes: list[SdkNote] | Unset = UNSET
    capabilities: Capabilities | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        user = self.user.to_dict()

        tenant = self.tenant.to_dict()

        notes: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.notes, Unset):
            notes = []
            for notes_item_data in self.notes:
                notes_item = notes_item_data.to_dict()
                notes.append(notes_item)

        capabilities: dict[str, Any] | Unset = UNSET
        if not isinstance(self.capabilities, Unset):
            capabilities = self.capabilities.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "user": user,
                "tenant": tenant,
            }
        )
        if notes is not UNSET:
            field_dict["notes"] = notes
        if capabilities is not UNSET:
            field_dict["capabilities"] = capabilities

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.capabilities import Capabilities  # noqa: PLC0415
        from ..models.sdk_note import SdkNote  # noqa: PLC0415
        from ..models.tenant import Tenant  # noqa: PLC0415
        from ..models.user import User  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status")

        user = User.from_dict(d.pop("user"))

        tenant = Tenant.from_dict(d.pop("tenant"))

        _notes = d.pop("notes", UNSET)
        notes: list[SdkNote] | Unset = UNSET
        if _notes is not UNSET:
            notes = []
            for notes_item_data in _notes:
                notes_item = SdkNote.from_dict(notes_item_data)

                notes.append(notes_item)

        _capabilities = d.pop("capabilities", UNSET)
        capabilities: Capabilities | Unset
        if isinstance(_capabilities, Unset):
            capabilities = UNSET
        else:
            capabilities = Capabilities.from_dict(_capabilities)

        session = cls(
            status=status,
            user=user,
            tenant=tenant,
            notes=notes,
            capabilities=capabilities,
        )

        session.additional_properties = d
        return session

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
