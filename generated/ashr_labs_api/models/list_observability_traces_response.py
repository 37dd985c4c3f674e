from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.trace_record import TraceRecord


T = TypeVar("T", bound="ListObservabilityTracesResponse")


@_attrs_define
class ListObservabilityTracesResponse:
    """
    Attributes:
        status (str):
        traces (list[TraceRecord]):
        total (int | Unset): How many there are on all pages.
        next_cursor (None | str | Unset): The `cursor` of the next page; null on the last one.
    """

    status: str
    traces: list[TraceRecord]
    total: int | Unset = UNSET
    next_cursor: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        traces = []
        for traces_item_data in self.traces:
            traces_item = traces_item_data.to_dict()
            traces.append(traces_item)

        total = self.total

        next_cursor: None | str | Unset
        if isinstance(self.next_cursor, Unset):
            next_cursor = UNSET
        else:
            next_cursor = self.next_cursor

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "traces": traces,
            }
        )
        if total is not UNSET:
            field_dict["total"] = total
        if next_cursor is not UNSET:
            field_dict["next_cursor"] = next_cursor

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.trace_record import TraceRecord  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status")

        traces = []
        _traces = d.pop("traces")
        for traces_item_data in _traces:
            traces_item = TraceRecord.from_dict(traces_item_data)

            traces.append(traces_item)

        total = d.pop("total", UNSET)

        def _parse_next_cursor(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        next_cursor = _parse_next_cursor(d.pop("next_cursor", UNSET))

        list_observability_traces_response = cls(
            status=status,
            traces=traces,
            total=total,
            next_cursor=next_cursor,
        )

        list_observability_traces_response.additional_properties = d
        return list_observability_traces_response

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
