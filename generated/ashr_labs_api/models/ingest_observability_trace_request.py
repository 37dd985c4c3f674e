from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.trace_payload import TracePayload


T = TypeVar("T", bound="IngestObservabilityTraceRequest")


@_attrs_define
class IngestObservabilityTraceRequest:
    """
    Attributes:
        function (Literal['ingest_observability_trace']):  Default: 'ingest_observability_trace'.
        trace (TracePayload): A trace as a client sends it.
    """

    trace: TracePayload
    function: Literal["ingest_observability_trace"] = "ingest_observability_trace"

    def to_dict(self) -> dict[str, Any]:
        function = self.function

        trace = self.trace.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "function": function,
                "trace": trace,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.trace_payload import TracePayload  # noqa: PLC0415

        d = dict(src_dict)
        function = cast(Literal["ingest_observability_trace"], d.pop("function"))
        if function != "ingest_observability_trace":
            raise ValueError(
                f"function must match const 'ingest_observability_trace', got '{function}'"
            )

        trace = TracePayload.from_dict(d.pop("trace"))

        ingest_observability_trace_request = cls(
            function=function,
            trace=trace,
        )

        return ingest_observability_trace_request
