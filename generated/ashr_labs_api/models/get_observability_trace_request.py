from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="GetObservabilityTraceRequest")


@_attrs_define
class GetObservabilityTraceRequest:
    """
    Attributes:
        function (Literal['get_observability_trace']):  Default: 'get_observability_trace'.
        trace_id (str):
    """

    trace_id: str
    function: Literal["get_observability_trace"] = "get_observability_trace"

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        trace_id = self.trace_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "trace_id": trace_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        function = cast(Literal["get_observability_trace"], d.pop("function"))
        if function != "get_observability_trace":
            raise ValueError(
                f"function must match const 'get_observability_trace', got '{function}'"
            )

        trace_id = d.pop("trace_id")

        get_observability_trace_request = cls(
            function=function,
            trace_id=trace_id,
        )

        return get_observability_trace_request
