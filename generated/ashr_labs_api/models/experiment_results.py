from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.experiment_totals import ExperimentTotals
    from ..models.scenario_result import ScenarioResult


T = TypeVar("T", bound="ExperimentResults")


@_attrs_define
class ExperimentResults:
    """The results of the last run of an experiment.

    Attributes:
        experiment_id (str):
        spec_id (str):
        status (str): As of the experiment.
        total_scenarios (int):
        passed (int):
        failed (int):
        flaky (int): Scenarios with a verdict whose replicas have another one.
        errors (int): Scenarios without a verdict, cancelled ones included.
        metrics (ExperimentTotals): Totals of the scenarios that have ended; times, calls, tokens and costs of those
            with a verdict.
        scenarios (list[ScenarioResult]): In the order of the spec; empty if they are not asked for.
        spec_version (int | Unset):
        run (int | Unset):
        snapshot_id (str | Unset): As of the experiment.
        ran_at (str | Unset): When the run was started, in ISO 8601; empty of a draft.
        seed (int | Unset):
        pass_threshold (float | None | Unset):
    """

    experiment_id: str
    spec_id: str
    status: str
    total_scenarios: int
    passed: int
    failed: int
    flaky: int
    errors: int
    metrics: ExperimentTotals
    scenarios: list[ScenarioResult]
    spec_version: int | Unset = UNSET
    run: int | Unset = UNSET
    snapshot_id: str | Unset = UNSET
    ran_at: str | Unset = UNSET
    seed: int | Unset = UNSET
    pass_threshold: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        experiment_id = self.experiment_id

        spec_id = self.spec_id

        status = self.status

        total_scenarios = self.total_scenarios

        passed = self.passed

        failed = self.failed

        flaky = self.flaky

        errors = self.errors

        metrics = self.metrics.to_dict()

        scenarios = []
        for scenarios_item_data in self.scenarios:
            scenarios_item = scenarios_item_data.to_dict()
            scenarios.append(scenarios_item)

        spec_version = self.spec_version

        run = self.run

        snapshot_id = self.snapshot_id

        ran_at = self.ran_at

        seed = self.seed

        pass_threshold: float | None | Unset
        if isinstance(self.pass_threshold, Unset):
            pass_threshold = UNSET
        else:
            pass_threshold = self.pass_threshold

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "experiment_id": experiment_id,
                "spec_id": spec_id,
                "status": status,
                "total_scenarios": total_scenarios,
                "passed": passed,
                "failed": failed,
                "flaky": flaky,
                "errors": errors,
                "metrics": metrics,
                "scenarios": scenarios,
            }
        )
        if spec_version is not UNSET:
            field_dict["spec_version"] = spec_version
        if run is not UNSET:
            field_dict["run"] = run
        if snapshot_id is not UNSET:
            field_dict["snapshot_id"] = snapshot_id
        if ran_at is not UNSET:
            field_dict["ran_at"] = ran_at
        if seed is not UNSET:
            field_dict["seed"] = seed
        if pass_threshold is not UNSET:
            field_dict["pass_threshold"] = pass_threshold

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.experiment_totals import ExperimentTotals  # noqa: PLC0415
        from ..models.scenario_result import ScenarioResult  # noqa: PLC0415

        d = dict(src_dict)
        experiment_id = d.pop("experiment_id")

        spec_id = d.pop("spec_id")

        status = d.pop("status")

        total_scenarios = d.pop("total_scenarios")

        passed = d.pop("passed")

        failed = d.pop("failed")

        flaky = d.pop("flaky")

        errors = d.pop("errors")

        metrics = ExperimentTotals.from_dict(d.pop("metrics"))

        scenarios = []
        _scenarios = d.pop("scenarios")
        for scenarios_item_data in _scenarios:
            scenarios_item = ScenarioResult.from_dict(scenarios_item_data)

            scenarios.append(scenarios_item)

        spec_version = d.pop("spec_version", UNSET)

        run = d.pop("run", UNSET)

        snapshot_id = d.pop("snapshot_id", UNSET)

        ran_at = d.pop("ran_at", UNSET)

        seed = d.pop("seed", UNSET)

        def _parse_pass_threshold(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        pass_threshold = _parse_pass_threshold(d.pop("pass_threshold", UNSET))

        experiment_results = cls(
            experiment_id=experiment_id,
            spec_id=spec_id,
            status=status,
            total_scenarios=total_scenarios,
            passed=passed,
            failed=failed,
            flaky=flaky,
            errors=errors,
            metrics=metrics,
            scenarios=scenarios,
            spec_version=spec_version,
            run=run,
            snapshot_id=snapshot_id,
            ran_at=ran_at,
            seed=seed,
            pass_threshold=pass_threshold,
        )

        experiment_results.additional_properties = d
        return experiment_results

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
