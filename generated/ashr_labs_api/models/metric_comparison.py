from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="MetricComparison")


@_attrs_define
class MetricComparison:
    """
    Attributes:
        name (str):
        baseline (float):
        candidate (float):
        delta (float): Candidate minus baseline.
        direction (str): `improved`, `regressed` or `unchanged`.
    """

    name: str
    baseline: float
    candidate: float
    delta: float
    direction: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        baseline = self.baseline

        candidate = self.candidate

        delta = self.delta

        direction = self.direction

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "baseline": baseline,
                "candidate": candidate,
                "delta": delta,
                "direction": direction,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        baseline = d.pop("baseline")

        candidate = d.pop("candidate")

        delta = d.pop("delta")

        direction = d.pop("direction")

        metric_comparison = cls(
            name=name,
            baseline=baseline,
            candidate=candidate,
            delta=delta,
            direction=direction,
        )

        metric_comparison.additional_properties = d
        return metric_comparison

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
