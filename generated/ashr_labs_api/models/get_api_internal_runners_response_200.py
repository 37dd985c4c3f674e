from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="GetApiInternalRunnersResponse200")


@_attrs_define
class GetApiInternalRunnersResponse200:
    """The runners.

    Attributes:
        runners (list[JsonObject]):
        count (int):
        has_local (bool): Whether sessions run on the platform itself.
    """

    runners: list[JsonObject]
    count: int
    has_local: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        runners = []
        for runners_item_data in self.runners:
            runners_item = runners_item_data.to_dict()
            runners.append(runners_item)

        count = self.count

        has_local = self.has_local

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "runners": runners,
                "count": count,
                "hasLocal": has_local,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        runners = []
        _runners = d.pop("runners")
        for runners_item_data in _runners:
            runners_item = JsonObject.from_dict(runners_item_data)

            runners.append(runners_item)

        count = d.pop("count")

        has_local = d.pop("hasLocal")

        get_api_internal_runners_response_200 = cls(
            runners=runners,
            count=count,
            has_local=has_local,
        )

        get_api_internal_runners_response_200.additional_properties = d
        return get_api_internal_runners_response_200

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
