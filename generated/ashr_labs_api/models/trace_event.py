from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.json_object import JsonObject
    from ..models.trace_event_cost import TraceEventCost


T = TypeVar("T", bound="TraceEvent")


@_attrs_define
class TraceEvent:
    """A part of a span, or a whole one. Further fields are kept.

    Attributes:
        ts (str | Unset): When, in ISO 8601; of an `end`, the end. Defaults to now.
        event_type (str | Unset): `llm_call`, `tool_call`, `tool_use`, `eval` or another one.
        tool (str | Unset): The name of the tool or span.
        phase (str | Unset): `start`, `end`, `complete` or another one, which counts as whole.
        span_id (str | Unset):
        parent_span_id (None | str | Unset):
        root_span_id (None | str | Unset):
        trace_id (str | Unset): In answers: the id of the trace.
        status (str | Unset): `ok` or `error`.
        duration_ms (float | None | Unset):
        error_type (None | str | Unset):
        input_ (Any | Unset): Any JSON value.
        output (Any | Unset): Any JSON value.
        cost (None | TraceEventCost | Unset):
        metadata (JsonObject | None | Unset):
    """

    ts: str | Unset = UNSET
    event_type: str | Unset = UNSET
    tool: str | Unset = UNSET
    phase: str | Unset = UNSET
    span_id: str | Unset = UNSET
    parent_span_id: None | str | Unset = UNSET
    root_span_id: None | str | Unset = UNSET
    trace_id: str | Unset = UNSET
    status: str | Unset = UNSET
    duration_ms: float | None | Unset = UNSET
    error_type: None | str | Unset = UNSET
    input_: Any | Unset = UNSET
    output: Any | Unset = UNSET
    cost: None | TraceEventCost | Unset = UNSET
    metadata: JsonObject | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.trace_event_cost import TraceEventCost  # noqa: PLC0415

        ts = self.ts

        event_type = self.event_type

        tool = self.tool

        phase = self.phase

        span_id = self.span_id

        parent_span_id: None | str | Unset
        if isinstance(self.parent_span_id, Unset):
            parent_span_id = UNSET
        else:
            parent_span_id = self.parent_span_id

        root_span_id: None | str | Unset
        if isinstance(self.root_span_id, Unset):
            root_span_id = UNSET
        else:
            root_span_id = self.root_span_id

        trace_id = self.trace_id

        status = self.status

        duration_ms: float | None | Unset
        if isinstance(self.duration_ms, Unset):
            duration_ms = UNSET
        else:
            duration_ms = self.duration_ms

        error_type: None | str | Unset
        if isinstance(self.error_type, Unset):
            error_type = UNSET
        else:
            error_type = self.error_type

        input_ = self.input_

        output = self.output

        cost: dict[str, Any] | None | Unset
        if isinstance(self.cost, Unset):
            cost = UNSET
        elif isinstance(self.cost, TraceEventCost):
            cost = self.cost.to_dict()
        else:
            cost = self.cost

        metadata: dict[str, Any] | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        elif isinstance(self.metadata, JsonObject):
            metadata = self.metadata.to_dict()
        else:
            metadata = self.metadata

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if ts is not UNSET:
            field_dict["ts"] = ts
        if event_type is not UNSET:
            field_dict["event_type"] = event_type
        if tool is not UNSET:
            field_dict["tool"] = tool
        if phase is not UNSET:
            field_dict["phase"] = phase
        if span_id is not UNSET:
            field_dict["span_id"] = span_id
        if parent_span_id is not UNSET:
            field_dict["parent_span_id"] = parent_span_id
        if root_span_id is not UNSET:
            field_dict["root_span_id"] = root_span_id
        if trace_id is not UNSET:
            field_dict["trace_id"] = trace_id
        if status is not UNSET:
            field_dict["status"] = status
        if duration_ms is not UNSET:
            field_dict["duration_ms"] = duration_ms
        if error_type is not UNSET:
            field_dict["error_type"] = error_type
        if input_ is not UNSET:
            field_dict["input"] = input_
        if output is not UNSET:
            field_dict["output"] = output
        if cost is not UNSET:
            field_dict["cost"] = cost
        if metadata is not UNSET:
            field_dict["metadata"] = metadata

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.json_object import JsonObject  # noqa: PLC0415
        from ..models.trace_event_cost import TraceEventCost  # noqa: PLC0415

        d = dict(src_dict)
        ts = d.pop("ts", UNSET)

        event_type = d.pop("event_type", UNSET)

        tool = d.pop("tool", UNSET)

        phase = d.pop("phase", UNSET)

        span_id = d.pop("span_id", UNSET)

        def _parse_parent_span_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        parent_span_id = _parse_parent_span_id(d.pop("parent_span_id", UNSET))

        def _parse_root_span_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        root_span_id = _parse_root_span_id(d.pop("root_span_id", UNSET))

        trace_id = d.pop("trace_id", UNSET)

        status = d.pop("status", UNSET)

        def _parse_duration_ms(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        duration_ms = _parse_duration_ms(d.pop("duration_ms", UNSET))

        def _parse_error_type(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        error_type = _parse_error_type(d.pop("error_type", UNSET))

        input_ = d.pop("input", UNSET)

        output = d.pop("output", UNSET)

        def _parse_cost(data: object) -> None | TraceEventCost | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                cost_type_0 = TraceEventCost.from_dict(data)

                return cost_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | TraceEventCost | Unset, data)

        cost = _parse_cost(d.pop("cost", UNSET))

        def _parse_metadata(data: object) -> JsonObject | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                metadata_type_0 = JsonObject.from_dict(data)

                return metadata_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JsonObject | None | Unset, data)

        metadata = _parse_metadata(d.pop("metadata", UNSET))

        trace_event = cls(
            ts=ts,
            event_type=event_type,
            tool=tool,
            phase=phase,
            span_id=span_id,
            parent_span_id=parent_span_id,
            root_span_id=root_span_id,
            trace_id=trace_id,
            status=status,
            duration_ms=duration_ms,
            error_type=error_type,
            input_=input_,
            output=output,
            cost=cost,
            metadata=metadata,
        )

        trace_event.additional_properties = d
        return trace_event

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
