from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="LabelAgreement")


@_attrs_define
class LabelAgreement:
    """The decisions of a judge beside those of people.

    Attributes:
        name (str): That of the score or of the scoring rule; `verdict` for the verdict of the grading.
        labels (int): Decisions that are compared.
        rate (float): Share of equal decisions.
        low (float): Lower bound of the 95 % interval of the rate.
        high (float): Upper bound.
        kappa (float | None): Cohen's kappa; null if all decisions are the same.
        both_passed (int):
        both_failed (int):
        only_judge_passed (int): The judge was too lenient.
        only_label_passed (int): The judge was too strict.
    """

    name: str
    labels: int
    rate: float
    low: float
    high: float
    kappa: float | None
    both_passed: int
    both_failed: int
    only_judge_passed: int
    only_label_passed: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        labels = self.labels

        rate = self.rate

        low = self.low

        high = self.high

        kappa: float | None
        kappa = self.kappa

        both_passed = self.both_passed

        both_failed = self.both_failed

        only_judge_passed = self.only_judge_passed

        only_label_passed = self.only_label_passed

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "labels": labels,
                "rate": rate,
                "low": low,
                "high": high,
                "kappa": kappa,
                "both_passed": both_passed,
                "both_failed": both_failed,
                "only_judge_passed": only_judge_passed,
                "only_label_passed": only_label_passed,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        labels = d.pop("labels")

        rate = d.pop("rate")

        low = d.pop("low")

        high = d.pop("high")

        def _parse_kappa(data: object) -> float | None:
            if data is None:
                return data
            return cast(float | None, data)

        kappa = _parse_kappa(d.pop("kappa"))

        both_passed = d.pop("both_passed")

        both_failed = d.pop("both_failed")

        only_judge_passed = d.pop("only_judge_passed")

        only_label_passed = d.pop("only_label_passed")

        label_agreement = cls(
            name=name,
            labels=labels,
            rate=rate,
            low=low,
            high=high,
            kappa=kappa,
            both_passed=both_passed,
            both_failed=both_failed,
            only_judge_passed=only_judge_passed,
            only_label_passed=only_label_passed,
        )

        label_agreement.additional_properties = d
        return label_agreement

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
