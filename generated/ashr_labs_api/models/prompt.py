from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="Prompt")


@_attrs_define
class Prompt:
    """One version of a prompt.

    Attributes:
        id (str): The id of this version.
        slug (str):
        version (int):
        template (str):
        user_id (str | Unset): Who stored it.
        tag (str | Unset): The first of its tags by alphabet; empty if it has none.
        tags (list[str] | Unset):
        variables (JsonObject | Unset): A free-form object; it round-trips untouched.
        metadata (JsonObject | Unset): A free-form object; it round-trips untouched.
        created_at (str | Unset): ISO 8601.
    """

    id: str
    slug: str
    version: int
    template: str
    user_id: str | Unset = UNSET
    tag: str | Unset = UNSET
    tags: list[str] | Unset = UNSET
    variables: JsonObject | Unset = UNSET
    metadata: JsonObject | Unset = UNSET
    created_at: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        slug = self.slug

        version = self.version

        template = self.template

        user_id = self.user_id

        tag = self.tag

        tags: list[str] | Unset = UNSET
        if not isinstance(self.tags, Unset):
            tags = self.tags

        variables: dict[str, Any] | Unset = UNSET
        if not isinstance(self.variables, Unset):
            variables = self.variables.to_dict()

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        created_at = self.created_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "slug": slug,
                "version": version,
                "template": template,
            }
        )
        if user_id is not UNSET:
            field_dict["user_id"] = user_id
        if tag is not UNSET:
            field_dict["tag"] = tag
        if tags is not UNSET:
            field_dict["tags"] = tags
        if variables is not UNSET:
            field_dict["variables"] = variables
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if created_at is not UNSET:
            field_dict["created_at"] = created_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        slug = d.pop("slug")

        version = d.pop("version")

        template = d.pop("template")

        user_id = d.pop("user_id", UNSET)

        tag = d.pop("tag", UNSET)

        tags = cast(list[str], d.pop("tags", UNSET))

        _variables = d.pop("variables", UNSET)
        variables: JsonObject | Unset
        if isinstance(_variables, Unset):
            variables = UNSET
        else:
            variables = JsonObject.from_dict(_variables)

        _metadata = d.pop("metadata", UNSET)
        metadata: JsonObject | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = JsonObject.from_dict(_metadata)

        created_at = d.pop("created_at", UNSET)

        prompt = cls(
            id=id,
            slug=slug,
            version=version,
            template=template,
            user_id=user_id,
            tag=tag,
            tags=tags,
            variables=variables,
            metadata=metadata,
            created_at=created_at,
        )

        prompt.additional_properties = d
        return prompt

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
