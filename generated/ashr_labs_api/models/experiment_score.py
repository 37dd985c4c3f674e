from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ExperimentScore")


@_attrs_define
class ExperimentScore:
    """The score of a scenario by a scorer; or, in `/v1/scores`, that of a trace by a rule.

    Attributes:
        rule_id (str): Empty of a scorer that is not a stored rule.
        trace_id (str): The first trace of the scenario's sandbox; empty if there is none.
        score (float | None): 0..1; null: see `status`.
        passed (bool | None):
        message (str):
        name (str | Unset):
        status (str | Unset): `scored`, `queued`, `not_applicable`, `not_judged` or `failed`.
        weight (float | Unset):
        gate (bool | Unset):
        experiment_id (str | Unset): Empty of the score of a trace.
        run (int | Unset):
        scenario_id (str | Unset):
        created_at (str | Unset): When it was scored, in ISO 8601.
        cost_usd (float | None | Unset): Of its judge; null if it is not known.
    """

    rule_id: str
    trace_id: str
    score: float | None
    passed: bool | None
    message: str
    name: str | Unset = UNSET
    status: str | Unset = UNSET
    weight: float | Unset = UNSET
    gate: bool | Unset = UNSET
    experiment_id: str | Unset = UNSET
    run: int | Unset = UNSET
    scenario_id: str | Unset = UNSET
    created_at: str | Unset = UNSET
    cost_usd: float | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rule_id = self.rule_id

        trace_id = self.trace_id

        score: float | None
        score = self.score

        passed: bool | None
        passed = self.passed

        message = self.message

        name = self.name

        status = self.status

        weight = self.weight

        gate = self.gate

        experiment_id = self.experiment_id

        run = self.run

        scenario_id = self.scenario_id

        created_at = self.created_at

        cost_usd: float | None | Unset
        if isinstance(self.cost_usd, Unset):
            cost_usd = UNSET
        else:
            cost_usd = self.cost_usd

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rule_id": rule_id,
                "trace_id": trace_id,
                "score": score,
                "passed": passed,
                "message": message,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if status is not UNSET:
            field_dict["status"] = status
        if weight is not UNSET:
            field_dict["weight"] = weight
        if gate is not UNSET:
            field_dict["gate"] = gate
        if experiment_id is not UNSET:
            field_dict["experiment_id"] = experiment_id
        if run is not UNSET:
            field_dict["run"] = run
        if scenario_id is not UNSET:
            field_dict["scenario_id"] = scenario_id
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if cost_usd is not UNSET:
            field_dict["cost_usd"] = cost_usd

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        rule_id = d.pop("rule_id")

        trace_id = d.pop("trace_id")

        def _parse_score(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        score = _parse_score(d.pop("score"))

        def _parse_passed(data: object) -> bool | None:
            if data is None:
                return data
            return cast(bool | None, data)

        passed = _parse_passed(d.pop("passed"))

        message = d.pop("message")

        name = d.pop("name", UNSET)

        status = d.pop("status", UNSET)

        weight = d.pop("weight", UNSET)

        gate = d.pop("gate", UNSET)

        experiment_id = d.pop("experiment_id", UNSET)

        run = d.pop("run", UNSET)

        scenario_id = d.pop("scenario_id", UNSET)

        created_at = d.pop("created_at", UNSET)

        def _parse_cost_usd(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        cost_usd = _parse_cost_usd(d.pop("cost_usd", UNSET))

        experiment_score = cls(
            rule_id=rule_id,
            trace_id=trace_id,
            score=score,
            passed=passed,
            message=message,
            name=name,
            status=status,
            weight=weight,
            gate=gate,
            experiment_id=experiment_id,
            run=run,
            scenario_id=scenario_id,
            created_at=created_at,
            cost_usd=cost_usd,
        )

        experiment_score.additional_properties = d
        return experiment_score

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
