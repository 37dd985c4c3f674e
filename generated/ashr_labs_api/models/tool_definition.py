from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="ToolDefinition")


@_attrs_define
class ToolDefinition:
    """
    Attributes:
        name (str):
        description (str | Unset):
        required (bool | Unset): Whether the agent must call it where a scenario expects it.
        side_effects (bool | Unset): Whether calling it changes something.
        parameters (JsonObject | Unset): A free-form object; it round-trips untouched.
        annotations (JsonObject | Unset): A free-form object; it round-trips untouched.
    """

    name: str
    description: str | Unset = UNSET
    required: bool | Unset = UNSET
    side_effects: bool | Unset = UNSET
    parameters: JsonObject | Unset = UNSET
    annotations: JsonObject | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        description = self.description

        required = self.required

        side_effects = self.side_effects

        parameters: dict[str, Any] | Unset = UNSET
        if not isinstance(self.parameters, Unset):
            parameters = self.parameters.to_dict()

        annotations: dict[str, Any] | Unset = UNSET
        if not isinstance(self.annotations, Unset):
            annotations = self.annotations.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
            }
        )
        if description is not UNSET:
            field_dict["description"] = description
        if required is not UNSET:
            field_dict["required"] = required
        if side_effects is not UNSET:
            field_dict["side_effects"] = side_effects
        if parameters is not UNSET:
            field_dict["parameters"] = parameters
        if annotations is not UNSET:
            field_dict["annotations"] = annotations

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        description = d.pop("description", UNSET)

        required = d.pop("required", UNSET)

        side_effects = d.pop("side_effects", UNSET)

        _parameters = d.pop("parameters", UNSET)
        parameters: JsonObject | Unset
        if isinstance(_parameters, Unset):
            parameters = UNSET
        else:
            parameters = JsonObject.from_dict(_parameters)

        _annotations = d.pop("annotations", UNSET)
        annotations: JsonObject | Unset
        if isinstance(_annotations, Unset):
            annotations = UNSET
        else:
            annotations = JsonObject.from_dict(_annotations)

        tool_definition = cls(
            name=name,
            description=description,
            required=required,
            side_effects=side_effects,
            parameters=parameters,
            annotations=annotations,
        )

        tool_definition.additional_properties = d
        return tool_definition

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
