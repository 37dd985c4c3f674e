from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.note_category import NoteCategory
from ..models.note_severity import NoteSeverity
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="SdkNote")


@_attrs_define
class SdkNote:
    """An advisory from the platform.

    Attributes:
        id (int):
        created_at (str): ISO 8601.
        title (str):
        content (str):
        category (NoteCategory | str):
        severity (NoteSeverity | str):
        updated_at (str | Unset): ISO 8601.
        tenant_id (int | None | Unset): Null for a global note.
        agent_id (int | None | Unset):
        active_from (str | Unset): ISO 8601.
        expires_at (None | str | Unset): ISO 8601.
        is_archived (bool | Unset):
        note_metadata (JsonObject | Unset): A free-form object; it round-trips untouched.
    """

    id: int
    created_at: str
    title: str
    content: str
    category: NoteCategory | str
    severity: NoteSeverity | str
    updated_at: str | Unset = UNSET
    tenant_id: int | None | Unset = UNSET
    agent_id: int | None | Unset = UNSET
    active_from: str | Unset = UNSET
    expires_at: None | str | Unset = UNSET
    is_archived: bool | Unset = UNSET
    note_metadata: JsonObject | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        created_at = self.created_at

        title = self.title

        content = self.content

        category: str
        if isinstance(self.category, NoteCategory):
            category = self.category.value
        else:
            category = self.category

        severity: str
        if isinstance(self.severity, NoteSeverity):
            severity = self.severity.value
        else:
            severity = self.severity

        updated_at = self.updated_at

        tenant_id: int | None | Unset
        if isinstance(self.tenant_id, Unset):
            tenant_id = UNSET
        else:
            tenant_id = self.tenant_id

        agent_id: int | None | Unset
        if isinstance(self.agent_id, Unset):
            agent_id = UNSET
        else:
            agent_id = self.agent_id

        active_from = self.active_from

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = self.expires_at

        is_archived = self.is_archived

        note_metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.note_metadata, Unset):
            note_metadata = self.note_metadata.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "created_at": created_at,
                "title": title,
                "content": content,
                "category": category,
                "severity": severity,
            }
        )
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
        if tenant_id is not UNSET:
            field_dict["tenant_id"] = tenant_id
        if agent_id is not UNSET:
            field_dict["agent_id"] = agent_id
        if active_from is not UNSET:
            field_dict["active_from"] = active_from
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at
        if is_archived is not UNSET:
            field_dict["is_archived"] = is_archived
        if note_metadata is not UNSET:
            field_dict["note_metadata"] = note_metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        created_at = d.pop("created_at")

        title = d.pop("title")

        content = d.pop("content")

        def _parse_category(data: object) -> NoteCategory | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                category_type_0 = NoteCategory(data)

                return category_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(NoteCategory | str, data)

        category = _parse_category(d.pop("category"))

        def _parse_severity(data: object) -> NoteSeverity | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                severity_type_0 = NoteSeverity(data)

                return severity_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(NoteSeverity | str, data)

        severity = _parse_severity(d.pop("severity"))

        updated_at = d.pop("updated_at", UNSET)

        def _parse_tenant_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        tenant_id = _parse_tenant_id(d.pop("tenant_id", UNSET))

        def _parse_agent_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        agent_id = _parse_agent_id(d.pop("agent_id", UNSET))

        active_from = d.pop("active_from", UNSET)

        def _parse_expires_at(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))

        is_archived = d.pop("is_archived", UNSET)

        _note_metadata = d.pop("note_metadata", UNSET)
        note_metadata: JsonObject | Unset
        if isinstance(_note_metadata, Unset):
            note_metadata = UNSET
        else:
            note_metadata = JsonObject.from_dict(_note_metadata)

        sdk_note = cls(
            id=id,
            created_at=created_at,
            title=title,
            content=content,
            category=category,
            severity=severity,
            updated_at=updated_at,
            tenant_id=tenant_id,
            agent_id=agent_id,
            active_from=active_from,
            expires_at=expires_at,
            is_archived=is_archived,
            note_metadata=note_metadata,
        )

        sdk_note.additional_properties = d
        return sdk_note

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
