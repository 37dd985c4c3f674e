from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.trace_record import TraceRecord


T = TypeVar("T", bound="GetObservabilityErrorsResponse")


@_attrs_define
class GetObservabilityErrorsResponse:
    """
    Attributes:
        status (str):
        traces (list[TraceRecord]):
        total (int | Unset):
    """

    status: str
    traces: list[TraceRecord]
    total: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        traces = []
        for traces_item_data in self.traces:
            traces_item = traces_item_data.to_dict()
            traces.append(traces_item)

        total = self.total

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

        get_observability_errors_response = cls(
            status=status,
            traces=traces,
            total=total,
        )

        get_observability_errors_response.additional_properties = d
        return get_observability_errors_response

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
