from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ScenarioScoreRequest")


@_attrs_define
class ScenarioScoreRequest:
    """
    Attributes:
        scenario_id (str):
        name (str): The name of the scorer.
        score (float | None): Null: there is none.
        passed (bool | None | Unset): Where absent, whether the score is at least 0.5.
        failed (bool | Unset): Whether there is no score because the scorer has failed.
        message (str | Unset):
        weight (float | Unset): 1 where absent.
        gate (bool | Unset): False where absent.
    """

    scenario_id: str
    name: str
    score: float | None
    passed: bool | None | Unset = UNSET
    failed: bool | Unset = UNSET
    message: str | Unset = UNSET
    weight: float | Unset = UNSET
    gate: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        scenario_id = self.scenario_id

        name = self.name

        score: float | None
        score = self.score

        passed: bool | None | Unset
        if isinstance(self.passed, Unset):
            passed = UNSET
        else:
            passed = self.passed

        failed = self.failed

        message = self.message

        weight = self.weight

        gate = self.gate

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "scenario_id": scenario_id,
                "name": name,
                "score": score,
            }
        )
        if passed is not UNSET:
            field_dict["passed"] = passed
        if failed is not UNSET:
            field_dict["failed"] = failed
        if message is not UNSET:
            field_dict["message"] = message
        if weight is not UNSET:
            field_dict["weight"] = weight
        if gate is not UNSET:
            field_dict["gate"] = gate

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        scenario_id = d.pop("scenario_id")

        name = d.pop("name")

        def _parse_score(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        score = _parse_score(d.pop("score"))

        def _parse_passed(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        passed = _parse_passed(d.pop("passed", UNSET))

        failed = d.pop("failed", UNSET)

        message = d.pop("message", UNSET)

        weight = d.pop("weight", UNSET)

        gate = d.pop("gate", UNSET)

        scenario_score_request = cls(
            scenario_id=scenario_id,
            name=name,
            score=score,
            passed=passed,
            failed=failed,
            message=message,
            weight=weight,
            gate=gate,
        )

        return scenario_score_request
