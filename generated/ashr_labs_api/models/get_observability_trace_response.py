from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.trace_record import TraceRecord
    from ..models.trace_run import TraceRun
    from ..models.trace_score import TraceScore


T = TypeVar("T", bound="GetObservabilityTraceResponse")


@_attrs_define
class GetObservabilityTraceResponse:
    """
    Attributes:
        status (str):
        trace (TraceRecord): A trace as the platform stored it.
        runs (list[TraceRun] | Unset): The tests whose `trace_id` it is, of the newest 100 runs; embedded platform only.
        scores (list[TraceScore] | Unset): Of online scoring rules; embedded platform only.
    """

    status: str
    trace: TraceRecord
    runs: list[TraceRun] | Unset = UNSET
    scores: list[TraceScore] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        trace = self.trace.to_dict()

        runs: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.runs, Unset):
            runs = []
            for runs_item_data in self.runs:
                runs_item = runs_item_data.to_dict()
                runs.append(runs_item)

        scores: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.scores, Unset):
            scores = []
            for scores_item_data in self.scores:
                scores_item = scores_item_data.to_dict()
                scores.append(scores_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
                "trace": trace,
            }
        )
        if runs is not UNSET:
            field_dict["runs"] = runs
        if scores is not UNSET:
            field_dict["scores"] = scores

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.trace_record import TraceRecord  # noqa: PLC0415
        from ..models.trace_run import TraceRun  # noqa: PLC0415
        from ..models.trace_score import TraceScore  # noqa: PLC0415

        d = dict(src_dict)
        status = d.pop("status")

        trace = TraceRecord.from_dict(d.pop("trace"))

        _runs = d.pop("runs", UNSET)
        runs: list[TraceRun] | Unset = UNSET
        if _runs is not UNSET:
            runs = []
            for runs_item_data in _runs:
                runs_item = TraceRun.from_dict(runs_item_data)

                runs.append(runs_item)

        _scores = d.pop("scores", UNSET)
        scores: list[TraceScore] | Unset = UNSET
        if _scores is not UNSET:
            scores = []
            for scores_item_data in _scores:
                scores_item = TraceScore.from_dict(scores_item_data)

                scores.append(scores_item)

        get_observability_trace_response = cls(
            status=status,
            trace=trace,
            runs=runs,
            scores=scores,
        )

        get_observability_trace_response.additional_properties = d
        return get_observability_trace_response

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
