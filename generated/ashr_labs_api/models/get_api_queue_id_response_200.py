from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.queue_item import QueueItem


T = TypeVar("T", bound="GetApiQueueIdResponse200")


@_attrs_define
class GetApiQueueIdResponse200:
    """An answer with an item of the queue.

    Attributes:
        item (QueueItem): A prompt in the queue.
    """

    item: QueueItem
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        item = self.item.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "item": item,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.queue_item import QueueItem  # noqa: PLC0415

        d = dict(src_dict)
        item = QueueItem.from_dict(d.pop("item"))

        get_api_queue_id_response_200 = cls(
            item=item,
        )

        get_api_queue_id_response_200.additional_properties = d
        return get_api_queue_id_response_200

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
