from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="AshContentBlock")


@_attrs_define
class AshContentBlock:
    """A part of a message, as the Messages API of Anthropic has it.

    Attributes:
        type_ (str):
        text (str | Unset): Of a block of text.
        source (JsonObject | Unset): A free-form object; it round-trips untouched.
        title (str | Unset): Of a document.
    """

    type_: str
    text: str | Unset = UNSET
    source: JsonObject | Unset = UNSET
    title: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_

        text = self.text

        source: dict[str, Any] | Unset = UNSET
        if not isinstance(self.source, Unset):
            source = self.source.to_dict()

        title = self.title

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "type": type_,
            }
        )
        if text is not UNSET:
            field_dict["text"] = text
        if source is not UNSET:
            field_dict["source"] = source
        if title is not UNSET:
            field_dict["title"] = title

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        type_ = d.pop("type")

        text = d.pop("text", UNSET)

        _source = d.pop("source", UNSET)
        source: JsonObject | Unset
        if isinstance(_source, Unset):
            source = UNSET
        else:
            source = JsonObject.from_dict(_source)

        title = d.pop("title", UNSET)

        ash_content_block = cls(
            type_=type_,
            text=text,
            source=source,
            title=title,
        )

        ash_content_block.additional_properties = d
        return ash_content_block

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
