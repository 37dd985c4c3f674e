from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject
    from ..models.vm_log_entry import VmLogEntry


T = TypeVar("T", bound="VmStream")


@_attrs_define
class VmStream:
    """The log of a virtual machine or browser that the agent used.

    Attributes:
        provider (str): Such as `kernel` or `browserbase`.
        session_id (str | Unset):
        duration_ms (int | Unset): Milliseconds.
        logs (list[VmLogEntry] | Unset):
        metadata (JsonObject | Unset): A free-form object; it round-trips untouched.
    """

    provider: str
    session_id: str | Unset = UNSET
    duration_ms: int | Unset = UNSET
    logs: list[VmLogEntry] | Unset = UNSET
    metadata: JsonObject | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        provider = self.provider

        session_id = self.session_id

        duration_ms = self.duration_ms

        logs: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.logs, Unset):
            logs = []
            for logs_item_data in self.logs:
                logs_item = logs_item_data.to_dict()
                logs.append(logs_item)

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "provider": provider,
            }
        )
        if session_id is not UNSET:
            field_dict["session_id"] = session_id
        if duration_ms is not UNSET:
            field_dict["duration_ms"] = duration_ms
        if logs is not UNSET:
            field_dict["logs"] = logs
        if metadata is not UNSET:
            field_dict["metadata"] = metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.vm_log_entry import VmLogEntry  # noqa: PLC0415

        d = dict(src_dict)
        provider = d.pop("provider")

        session_id = d.pop("session_id", UNSET)

        duration_ms = d.pop("duration_ms", UNSET)

        _logs = d.pop("logs", UNSET)
        logs: list[VmLogEntry] | Unset = UNSET
        if _logs is not UNSET:
            logs = []
            for logs_item_data in _logs:
                logs_item = VmLogEntry.from_dict(logs_item_data)

                logs.append(logs_item)

        _metadata = d.pop("metadata", UNSET)
        metadata: JsonObject | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = JsonObject.from_dict(_metadata)

        vm_stream = cls(
            provider=provider,
            session_id=session_id,
            duration_ms=duration_ms,
            logs=logs,
            metadata=metadata,
        )

        vm_stream.additional_properties = d
        return vm_stream

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
