from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject
    from ..models.media import Media


T = TypeVar("T", bound="Dataset")


@_attrs_define
class Dataset:
    """
    Attributes:
        id (int):
        created_at (str): ISO 8601.
        tenant (int): The tenant's id.
        creator (int | None): The user's id.
        name (str):
        description (None | str):
        updated_at (str | Unset): ISO 8601.
        dataset_source (JsonObject | Unset): A free-form object; it round-trips untouched.
        agent_id (int | None | Unset):
        agent_details (JsonObject | None | Unset):
        request_id (int | None | Unset): The request that it was generated for.
        media (list[Media] | Unset): The dataset's files, where `include_signed_urls` asks for them.
    """

    id: int
    created_at: str
    tenant: int
    creator: int | None
    name: str
    description: None | str
    updated_at: str | Unset = UNSET
    dataset_source: JsonObject | Unset = UNSET
    agent_id: int | None | Unset = UNSET
    agent_details: JsonObject | None | Unset = UNSET
    request_id: int | None | Unset = UNSET
    media: list[Media] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        id = self.id

        created_at = self.created_at

        tenant = self.tenant

        creator: int | None
        creator = self.creator

        name = self.name

        description: None | str
        description = self.description

        updated_at = self.updated_at

        dataset_source: dict[str, Any] | Unset = UNSET
        if not isinstance(self.dataset_source, Unset):
            dataset_source = self.dataset_source.to_dict()

        agent_id: int | None | Unset
        if isinstance(self.agent_id, Unset):
            agent_id = UNSET
        else:
            agent_id = self.agent_id

        agent_details: dict[str, Any] | None | Unset
        if isinstance(self.agent_details, Unset):
            agent_details = UNSET
        elif isinstance(self.agent_details, JsonObject):
            agent_details = self.agent_details.to_dict()
        else:
            agent_details = self.agent_details

        request_id: int | None | Unset
        if isinstance(self.request_id, Unset):
            request_id = UNSET
        else:
            request_id = self.request_id

        media: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.media, Unset):
            media = []
            for media_item_data in self.media:
                media_item = media_item_data.to_dict()
                media.append(media_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "created_at": created_at,
                "tenant": tenant,
                "creator": creator,
                "name": name,
                "description": description,
            }
        )
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at
        if dataset_source is not UNSET:
            field_dict["dataset_source"] = dataset_source
        if agent_id is not UNSET:
            field_dict["agent_id"] = agent_id
        if agent_details is not UNSET:
            field_dict["agent_details"] = agent_details
        if request_id is not UNSET:
            field_dict["request_id"] = request_id
        if media is not UNSET:
            field_dict["media"] = media

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.media import Media  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        created_at = d.pop("created_at")

        tenant = d.pop("tenant")

        def _parse_creator(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        creator = _parse_creator(d.pop("creator"))

        name = d.pop("name")

        def _parse_description(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        description = _parse_description(d.pop("description"))

        updated_at = d.pop("updated_at", UNSET)

        _dataset_source = d.pop("dataset_source", UNSET)
        dataset_source: JsonObject | Unset
        if isinstance(_dataset_source, Unset):
            dataset_source = UNSET
        else:
            dataset_source = JsonObject.from_dict(_dataset_source)

        def _parse_agent_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        agent_id = _parse_agent_id(d.pop("agent_id", UNSET))

        def _parse_agent_details(data: object) -> JsonObject | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                agent_details_type_0 = JsonObject.from_dict(data)

                return agent_details_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JsonObject | None | Unset, data)

        agent_details = _parse_agent_details(d.pop("agent_details", UNSET))

        def _parse_request_id(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        request_id = _parse_request_id(d.pop("request_id", UNSET))

        _media = d.pop("media", UNSET)
        media: list[Media] | Unset = UNSET
        if _media is not UNSET:
            media = []
            for media_item_data in _media:
                media_item = Media.from_dict(media_item_data)

                media.append(media_item)

        dataset = cls(
            id=id,
            created_at=created_at,
            tenant=tenant,
            creator=creator,
            name=name,
            description=description,
            updated_at=updated_at,
            dataset_source=dataset_source,
            agent_id=agent_id,
            agent_details=agent_details,
            request_id=request_id,
            media=media,
        )

        dataset.additional_properties = d
        return dataset

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
