from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="AgentRecord")


@_attrs_define
class AgentRecord:
    """An agent as the platform knows it.

    Attributes:
        id (int):
        created_at (str | Unset): ISO 8601.
        updated_at (str | Unset): ISO 8601.
        tenant_id (int | Unset):
        creator_id (int | None | Unset):
        name (str | Unset): Unique in the tenant.
        description (None | str | Unset):
        config (JsonObject | None | Unset): How its runs are graded.
        is_active (bool | Unset):
        dataset_count (int | Unset): In lists.
    """

    id: int
    created_at: str | Unset = UNSET
    updated_at: str | Unset = UNSET
    tenant_id: int | Unset = UNSET
    creator_id: int | None | Unset = UNSET
    name: str | Unset = UNSET
    description: None | str | Unset = UNSET
    config: JsonObject | None | Unset = UNSET
    is_active: bool | Unset = UNSET
    dataset_count: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        id = self.id

        created_at = self.created_at

        updated_at = self.updated_at

        tenant_id = self.tenant_id

        creator_id: int | None | Unset
        if isinstance(self.creator_id, Unset):
            creator_id = UNSET
        else:
            creator_id = self.creator_id

        name = self.name

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        config: dict[str, Any] | None | Unset
        if isinstance(self.config, Unset):
            config = UNSET
        elif isinstance(self.config, JsonObject):
            config = self.config.to_dict()
        else:
            config = self.config

        is_active = self.is_active

        dataset_count = self.dataset_count

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
            }
        )
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
        if tenant_id is not UNSET:
            field_dict["tenant_id"] = tenant_id
        if creator_id is not UNSET:
            field_dict["creator_id"] = creator_id
        if name is not UNSET:
            field_dict["name"] = name
        if description is not UNSET:
            field_dict["description"] = description
        if config is not UNSET:
            field_dict["config"] = config
        if is_active is not UNSET:
            field_dict["is_active"] = is_active
        if dataset_count is not UNSET:
            field_dict["dataset_count"] = dataset_count

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        created_at = d.pop("created_at", UNSET)

        updated_at = d.pop("updated_at", UNSET)

        tenant_id = d.pop("tenant_id", UNSET)

        def _parse_creator_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        creator_id = _parse_creator_id(d.pop("creator_id", UNSET))

        name = d.pop("name", UNSET)

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_config(data: object) -> JsonObject | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                config_type_0 = JsonObject.from_dict(data)

                return config_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JsonObject | None | Unset, data)

        config = _parse_config(d.pop("config", UNSET))

        is_active = d.pop("is_active", UNSET)

        dataset_count = d.pop("dataset_count", UNSET)

        agent_record = cls(
            id=id,
            created_at=created_at,
            updated_at=updated_at,
            tenant_id=tenant_id,
            creator_id=creator_id,
            name=name,
            description=description,
            config=config,
            is_active=is_active,
            dataset_count=dataset_count,
        )

        agent_record.additional_properties = d
        return agent_record

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
