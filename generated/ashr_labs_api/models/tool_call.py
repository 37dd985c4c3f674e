from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="ToolCall")


@_attrs_define
class ToolCall:
    """
    Attributes:
        name (str):
        arguments_json (str | Unset): The arguments as a JSON object in a string.
        arguments (JsonObject | Unset): A free-form object; it round-trips untouched.
        result (Any | Unset): What the tool returned, if known.
        error (Any | Unset): Why the call failed; absent if it did not.
    """

    name: str
    arguments_json: str | Unset = UNSET
    arguments: JsonObject | Unset = UNSET
    result: Any | Unset = UNSET
    error: Any | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        arguments_json = self.arguments_json

        arguments: dict[str, Any] | Unset = UNSET
        if not isinstance(self.arguments, Unset):
            arguments = self.arguments.to_dict()

        result = self.result

        error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
            }
        )
        if arguments_json is not UNSET:
            field_dict["arguments_json"] = arguments_json
        if arguments is not UNSET:
            field_dict["arguments"] = arguments
        if result is not UNSET:
            field_dict["result"] = result
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        arguments_json = d.pop("arguments_json", UNSET)

        _arguments = d.pop("arguments", UNSET)
        arguments: JsonObject | Unset
        if isinstance(_arguments, Unset):
            arguments = UNSET
        else:
            arguments = JsonObject.from_dict(_arguments)

        result = d.pop("result", UNSET)

        error = d.pop("error", UNSET)

        tool_call = cls(
            name=name,
            arguments_json=arguments_json,
            arguments=arguments,
            result=result,
            error=error,
        )

        tool_call.additional_properties = d
        return tool_call

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
