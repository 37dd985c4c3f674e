from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject
    from ..models.online_scoring import OnlineScoring


T = TypeVar("T", bound="ScoreRule")


@_attrs_define
class ScoreRule:
    """A scorer with its options, and how it scores the traces that come in.

    Attributes:
        id (str):
        name (str):
        type_ (str):
        config (JsonObject): A free-form object; it round-trips untouched.
        online (None | OnlineScoring | Unset):
        is_active (bool | Unset):
        created_at (str | Unset): ISO 8601.
        updated_at (str | Unset): ISO 8601.
    """

    id: str
    name: str
    type_: str
    config: JsonObject
    online: None | OnlineScoring | Unset = UNSET
    is_active: bool | Unset = UNSET
    created_at: str | Unset = UNSET
    updated_at: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.online_scoring import OnlineScoring  # noqa: PLC0415

        id = self.id

        name = self.name

        type_ = self.type_

        config = self.config.to_dict()

        online: dict[str, Any] | None | Unset
        if isinstance(self.online, Unset):
            online = UNSET
        elif isinstance(self.online, OnlineScoring):
            online = self.online.to_dict()
        else:
            online = self.online

        is_active = self.is_active

        created_at = self.created_at

        updated_at = self.updated_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "type": type_,
                "config": config,
            }
        )
        if online is not UNSET:
            field_dict["online"] = online
        if is_active is not UNSET:
            field_dict["is_active"] = is_active
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if updated_at is not UNSET:
            field_dict["updated_at"] = updated_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.online_scoring import OnlineScoring  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        type_ = d.pop("type")

        config = JsonObject.from_dict(d.pop("config"))

        def _parse_online(data: object) -> None | OnlineScoring | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                online_type_0 = OnlineScoring.from_dict(data)

                return online_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OnlineScoring | Unset, data)

        online = _parse_online(d.pop("online", UNSET))

        is_active = d.pop("is_active", UNSET)

        created_at = d.pop("created_at", UNSET)

        updated_at = d.pop("updated_at", UNSET)

        score_rule = cls(
            id=id,
            name=name,
            type_=type_,
            config=config,
            online=online,
            is_active=is_active,
            created_at=created_at,
            updated_at=updated_at,
        )

        score_rule.additional_properties = d
        return score_rule

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
