from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.experiment import Experiment
    from ..models.experiment_results import ExperimentResults
    from ..models.experiment_score import ExperimentScore
    from ..models.scenario_result import ScenarioResult
    from ..models.trace_event import TraceEvent


T = TypeVar("T", bound="ExperimentExport")


@_attrs_define
class ExperimentExport:
    """The last run of an experiment.

    Attributes:
        experiment (Experiment): Plays of an agent in sandboxes of a spec.
        result (ExperimentResults): The results of the last run of an experiment.
        scenarios (list[ScenarioResult]):
        traces (list[TraceEvent]): The spans of the scenarios' sandboxes as events.
        scores (list[ExperimentScore]):
    """

    experiment: Experiment
    result: ExperimentResults
    scenarios: list[ScenarioResult]
    traces: list[TraceEvent]
    scores: list[ExperimentScore]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        experiment = self.experiment.to_dict()

        result = self.result.to_dict()

        scenarios = []
        for scenarios_item_data in self.scenarios:
            scenarios_item = scenarios_item_data.to_dict()
            scenarios.append(scenarios_item)

        traces = []
        for traces_item_data in self.traces:
            traces_item = traces_item_data.to_dict()
            traces.append(traces_item)

        scores = []
        for scores_item_data in self.scores:
            scores_item = scores_item_data.to_dict()
            scores.append(scores_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "experiment": experiment,
                "result": result,
                "scenarios": scenarios,
                "traces": traces,
                "scores": scores,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.experiment import Experiment  # noqa: PLC0415
        from ..models.experiment_results import ExperimentResults  # noqa: PLC0415
        from ..models.experiment_score import ExperimentScore  # noqa: PLC0415
        from ..models.scenario_result import ScenarioResult  # noqa: PLC0415
        from ..models.trace_event import TraceEvent  # noqa: PLC0415

        d = dict(src_dict)
        experiment = Experiment.from_dict(d.pop("experiment"))

        result = ExperimentResults.from_dict(d.pop("result"))

        scenarios = []
        _scenarios = d.pop("scenarios")
        for scenarios_item_data in _scenarios:
            scenarios_item = ScenarioResult.from_dict(scenarios_item_data)

            scenarios.append(scenarios_item)

        traces = []
        _traces = d.pop("traces")
        for traces_item_data in _traces:
            traces_item = TraceEvent.from_dict(traces_item_data)

            traces.append(traces_item)

        scores = []
        _scores = d.pop("scores")
        for scores_item_data in _scores:
            scores_item = ExperimentScore.from_dict(scores_item_data)

            scores.append(scores_item)

        experiment_export = cls(
            experiment=experiment,
            result=result,
            scenarios=scenarios,
            traces=traces,
            scores=scores,
        )

        experiment_export.additional_properties = d
        return experiment_export

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
