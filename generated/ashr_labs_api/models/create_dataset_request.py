from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject
    from ..models.media_upload import MediaUpload


T = TypeVar("T", bound="CreateDatasetRequest")


@_attrs_define
class CreateDatasetRequest:
    """
    Attributes:
        function (Literal['create_dataset']):  Default: 'create_dataset'.
        name (str):
        dataset_source (JsonObject): A free-form object; it round-trips untouched.
        description (str | Unset):
        agent_id (int | Unset): Links the dataset to this agent.
        media (list[MediaUpload] | Unset): Files that belong to the scenarios. Kept by the embedded platform only.
    """

    name: str
    dataset_source: JsonObject
    function: Literal["create_dataset"] = "create_dataset"
    description: str | Unset = UNSET
    agent_id: int | Unset = UNSET
    media: list[MediaUpload] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        name = self.name

        dataset_source = self.dataset_source.to_dict()

        description = self.description

        agent_id = self.agent_id

        media: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.media, Unset):
            media = []
            for media_item_data in self.media:
                media_item = media_item_data.to_dict()
                media.append(media_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "name": name,
                "dataset_source": dataset_source,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if agent_id is not UNSET:
            field_dict["agent_id"] = agent_id
        if media is not UNSET:
            field_dict["media"] = media

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.media_upload import MediaUpload  # noqa: PLC0415

        d = dict(src_dict)
        function = cast(Literal["create_dataset"], d.pop("function"))
        if function != "create_dataset":
            raise ValueError(
                f"function must match const 'create_dataset', got '{function}'"
            )

        name = d.pop("name")

        dataset_source = JsonObject.from_dict(d.pop("dataset_source"))

        description = d.pop("description", UNSET)

        agent_id = d.pop("agent_id", UNSET)

        _media = d.pop("media", UNSET)
        media: list[MediaUpload] | Unset = UNSET
        if _media is not UNSET:
            media = []
            for media_item_data in _media:
                media_item = MediaUpload.from_dict(media_item_data)

                media.append(media_item)

        create_dataset_request = cls(
            function=function,
            name=name,
            dataset_source=dataset_source,
            description=description,
            agent_id=agent_id,
            media=media,
        )

        return create_dataset_request
