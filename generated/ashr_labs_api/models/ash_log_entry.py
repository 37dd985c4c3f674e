from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AshLogEntry")


@_attrs_define
class AshLogEntry:
    """A line that an agent has logged.

    Attributes:
        index (int):
        level (str): `stderr` for what the agent prints there, or `system`.
        text (str):
        ts (str):
        severity (str | Unset): Of a line that is not from a stream: `info`, `warning`, `error`, or as the agent names
            it.
    """

    index: int
    level: str
    text: str
    ts: str
    severity: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        index = self.index

        level = self.level

        text = self.text

        ts = self.ts

        severity = self.severity

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "index": index,
                "level": level,
                "text": text,
                "ts": ts,
            }
        )
        if severity is not UNSET:
            field_dict["severity"] = severity

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        index = d.pop("index")

        level = d.pop("level")

        text = d.pop("text")

        ts = d.pop("ts")

        severity = d.pop("severity", UNSET)

        ash_log_entry = cls(
            index=index,
            level=level,
            text=text,
            ts=ts,
            severity=severity,
        )

        ash_log_entry.additional_properties = d
        return ash_log_entry

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
