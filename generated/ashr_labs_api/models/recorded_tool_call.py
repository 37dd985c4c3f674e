from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject


T = TypeVar("T", bound="RecordedToolCall")


@_attrs_define
class RecordedToolCall:
    """A tool call in both spellings of its fields. The name `NOT_CALLED` stands for an expected call that did not happen,
    `NONE_EXPECTED` for the counterpart of a call that nothing expected.

        Attributes:
            name (str | Unset):
            tool_name (str | Unset):
            arguments (JsonObject | Unset): A free-form object; it round-trips untouched.
            arguments_json (str | Unset):
            result (Any | Unset): What the tool returned.
            error (str | Unset): Why the call failed; absent if it did not.
            duration_ms (float | Unset): How long the tool took; absent where that was not recorded.
    """

    name: str | Unset = UNSET
    tool_name: str | Unset = UNSET
    arguments: JsonObject | Unset = UNSET
    arguments_json: str | Unset = UNSET
    result: Any | Unset = UNSET
    error: str | Unset = UNSET
    duration_ms: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        tool_name = self.tool_name

        arguments: dict[str, Any] | Unset = UNSET
        if not isinstance(self.arguments, Unset):
            arguments = self.arguments.to_dict()

        arguments_json = self.arguments_json

        result = self.result

        error = self.error

        duration_ms = self.duration_ms

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if tool_name is not UNSET:
            field_dict["tool_name"] = tool_name
        if arguments is not UNSET:
            field_dict["arguments"] = arguments
        if arguments_json is not UNSET:
            field_dict["arguments_json"] = arguments_json
        if result is not UNSET:
            field_dict["result"] = result
        if error is not UNSET:
            field_dict["error"] = error
        if duration_ms is not UNSET:
            field_dict["duration_ms"] = duration_ms

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name", UNSET)

        tool_name = d.pop("tool_name", UNSET)

        _arguments = d.pop("arguments", UNSET)
        arguments: JsonObject | Unset
        if isinstance(_arguments, Unset):
            arguments = UNSET
        else:
            arguments = JsonObject.from_dict(_arguments)

        arguments_json = d.pop("arguments_json", UNSET)

        result = d.pop("result", UNSET)

        error = d.pop("error", UNSET)

        duration_ms = d.pop("duration_ms", UNSET)

        recorded_tool_call = cls(
            name=name,
            tool_name=tool_name,
            arguments=arguments,
            arguments_json=arguments_json,
            result=result,
            error=error,
            duration_ms=duration_ms,
        )

        recorded_tool_call.additional_properties = d
        return recorded_tool_call

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
