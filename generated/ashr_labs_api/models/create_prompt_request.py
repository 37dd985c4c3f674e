from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="CreatePromptRequest")


@_attrs_define
class CreatePromptRequest:
    """
    Attributes:
        slug (str):
        template (str): Text with variables such as `{name}`; see the guide for sections and paths.
        tag (str | Unset):
        variables (JsonObject | Unset): A free-form object; it round-trips untouched.
        metadata (JsonObject | Unset): A free-form object; it round-trips untouched.
    """

    slug: str
    template: str
    tag: str | Unset = UNSET
    variables: JsonObject | Unset = UNSET
    metadata: JsonObject | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        slug = self.slug

        template = self.template

        tag = self.tag

        variables: dict[str, Any] | Unset = UNSET
        if not isinstance(self.variables, Unset):
            variables = self.variables.to_dict()

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "slug": slug,
                "template": template,
            }
        )
        if tag is not UNSET:
            field_dict["tag"] = tag
        if variables is not UNSET:
            field_dict["variables"] = variables
        if metadata is not UNSET:
            field_dict["metadata"] = metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        slug = d.pop("slug")

        template = d.pop("template")

        tag = d.pop("tag", UNSET)

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

        create_prompt_request = cls(
            slug=slug,
            template=template,
            tag=tag,
            variables=variables,
            metadata=metadata,
        )

        return create_prompt_request
