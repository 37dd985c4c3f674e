from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject
    from ..models.trace_event import TraceEvent


T = TypeVar("T", bound="SandboxTrace")


@_attrs_define
class SandboxTrace:
    """
    Attributes:
        events (list[TraceEvent]): By time.
        metrics (JsonObject): A free-form object; it round-trips untouched.
        is_truncated (bool | Unset): Whether there are more than the 10,000 that are listed.
    """

    events: list[TraceEvent]
    metrics: JsonObject
    is_truncated: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        events = []
        for events_item_data in self.events:
            events_item = events_item_data.to_dict()
            events.append(events_item)

        metrics = self.metrics.to_dict()

        is_truncated = self.is_truncated

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "events": events,
                "metrics": metrics,
            }
        )
        if is_truncated is not UNSET:
            field_dict["is_truncated"] = is_truncated

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.trace_event import TraceEvent  # noqa: PLC0415

        d = dict(src_dict)
        events = []
        _events = d.pop("events")
        for events_item_data in _events:
            events_item = TraceEvent.from_dict(events_item_data)

            events.append(events_item)

        metrics = JsonObject.from_dict(d.pop("metrics"))

        is_truncated = d.pop("is_truncated", UNSET)

        sandbox_trace = cls(
            events=events,
            metrics=metrics,
            is_truncated=is_truncated,
        )

        sandbox_trace.additional_properties = d
        return sandbox_trace

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
