from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="SandboxSpec")


@_attrs_define
class SandboxSpec:
    """A version of a sandbox spec.

    Attributes:
        id (str): The name that the text gives it, such as `fix-failing-test`.
        version (int): Counted from 1 per id.
        description (str):
        extends (None | str | Unset): The id of the spec that it extends.
        created_at (str | Unset):
        text (str | Unset): The YAML text, as it was sent.
        spec (JsonObject | Unset): A free-form object; it round-trips untouched.
    """

    id: str
    version: int
    description: str
    extends: None | str | Unset = UNSET
    created_at: str | Unset = UNSET
    text: str | Unset = UNSET
    spec: JsonObject | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        version = self.version

        description = self.description

        extends: None | str | Unset
        if isinstance(self.extends, Unset):
            extends = UNSET
        else:
            extends = self.extends

        created_at = self.created_at

        text = self.text

        spec: dict[str, Any] | Unset = UNSET
        if not isinstance(self.spec, Unset):
            spec = self.spec.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "version": version,
                "description": description,
            }
        )
        if extends is not UNSET:
            field_dict["extends"] = extends
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if text is not UNSET:
            field_dict["text"] = text
        if spec is not UNSET:
            field_dict["spec"] = spec

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        version = d.pop("version")

        description = d.pop("description")

        def _parse_extends(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        extends = _parse_extends(d.pop("extends", UNSET))

        created_at = d.pop("created_at", UNSET)

        text = d.pop("text", UNSET)

        _spec = d.pop("spec", UNSET)
        spec: JsonObject | Unset
        if isinstance(_spec, Unset):
            spec = UNSET
        else:
            spec = JsonObject.from_dict(_spec)

        sandbox_spec = cls(
            id=id,
            version=version,
            description=description,
            extends=extends,
            created_at=created_at,
            text=text,
            spec=spec,
        )

        sandbox_spec.additional_properties = d
        return sandbox_spec

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
